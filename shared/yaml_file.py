"""YAML from a file that people write: what cannot be meant is refused by line, and never quoted."""

from pathlib import Path
from typing import Any

import yaml

from shared.errors import InputError
from shared.validation import file_problem


class DoubleKey(yaml.MarkedYAMLError):
    """One name twice in one table, of which YAML would silently take the last."""

    def __init__(self, name: str, first: yaml.Mark, again: yaml.Mark) -> None:
        super().__init__(problem=name, problem_mark=again)
        self.words = f"第{again.line + 1}行又写了一次 {name}（第{first.line + 1}行已有）；请只留一个"


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        first: dict[tuple[str, str], yaml.Mark] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in first:
                    raise DoubleKey(key.value[:60], first[key.tag, key.value], key.start_mark)
                first[key.tag, key.value] = key.start_mark
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """What the file holds, with or without a byte order mark.

    Raises FileNotFoundError where there is none, InputError naming file and line for anything else.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise
    except DoubleKey as error:
        raise InputError(str(path), error.words) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError, ValueError, RecursionError) as error:
        # Not `from error`: its text quotes the file, secrets too.
        raise InputError(str(path), _problem(error)) from None


def _problem(error: Exception) -> str:
    """Why a YAML file cannot be read, by line and column, without its text, which may hold a secret."""
    if isinstance(error, OSError):
        return file_problem(error)
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码（像是 GB18030 或 UTF-16）；请核对，用编辑器另存为 UTF-8"
    mark = getattr(error, "problem_mark", None)
    place = f"（第{mark.line + 1}行第{mark.column + 1}列）" if mark else ""
    if "'\\t'" in (getattr(error, "problem", None) or ""):
        return f"YAML 格式有误{place}，有制表符（Tab）；请核对，缩进一律改用空格"
    return f"YAML 格式有误{place}；请核对缩进、冒号后的空格、引号和括号"
