"""Options validated where they are read, and the first thing wrong with them in one Chinese phrase."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from shared.errors import InputError

M = TypeVar("M", bound=BaseModel)

MAX_PLACE = 200
MAX_WORDS = 300

_WHOLE, _NUMBER, _TEXT, _TABLE = "应为整数", "应为数字", "应为文字", "应为“名称: 值”的对照表"
_LIST, _MOMENT, _ADDRESS = "应为列表", "应为带时区的时间（ISO 8601）", "应为完整网址"

_WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请核对拼写",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "数太大",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "应为有限的数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "string_type": _TEXT,
    "string_unicode": "含有无法解码的字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不对，应符合 {pattern}",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "dict_type": _TABLE,
    "mapping_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "应为 {expected}",
    "enum": "应为 {expected}",
    "path_type": "应为文件路径",
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_scheme": "网址应以 {expected_schemes} 开头",
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
    "date_type": "应为日期（年-月-日）",
    "date_parsing": "应为日期（年-月-日）",
    "date_from_datetime_parsing": "应为日期（年-月-日）",
    "time_delta_type": "应为时长",
    "time_delta_parsing": "应为时长",
    "union_tag_not_found": "缺少 {discriminator}",
    "union_tag_invalid": "{discriminator} 应为 {expected_tags}",
    "json_invalid": "不是 JSON",
    "json_type": "不是 JSON",
}


class Problem(NamedTuple):
    """`place`: the key, dotted, empty for the whole; `words`: what is wrong there. Neither holds a value given."""

    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}：{self.words}" if self.place else self.words


def first_problem(error: ValidationError) -> Problem:
    """The first thing that pydantic refused, without the value, which may be a secret or come from outside."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return Problem(place[:MAX_PLACE], _words(first["type"], first["msg"], first.get("ctx", {}))[:MAX_WORDS])


def validated(kind: type[M], options: Mapping[str, Any], place: str, folder: Path = Path()) -> M:
    """`options` as a `kind`, paths relative to `folder`. Raises InputError naming `place` and the option."""
    try:
        return kind.model_validate(paths_beside(kind, options, folder))
    except ValidationError as error:
        problem = first_problem(error)
        key = ".".join(filter(None, (place, problem.place)))
        # Not `from error`: its text quotes what was given, and a logged traceback would show it.
        raise InputError(key, f"{problem.words}；请改正设置") from None


def paths_beside(kind: type[BaseModel], options: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The options, with what `kind` declares as a Path relative to `folder`, where the settings file lies."""
    if not isinstance(options, Mapping):
        return options
    paths = {
        name for name, field in kind.model_fields.items() if Path in (field.annotation, *get_args(field.annotation))
    }
    return {
        name: beside(folder, value) if name in paths and isinstance(value, str | Path) else value
        for name, value in options.items()
    }


def beside(folder: Path, path: Path | str) -> Path:
    """A path as a file in `folder` means it: relative to that folder; `~` is the home of who runs this."""
    return folder / os.path.expanduser(path)  # noqa: PTH111 - pathlib's raises where there is no home


def yaml_problem(error: yaml.YAMLError | UnicodeDecodeError | OSError) -> str:
    """Why a YAML file cannot be read, by line and column, without its text, which may hold a secret."""
    if isinstance(error, OSError):
        return file_problem(error)
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码；请核对，另存为 UTF-8"
    mark = getattr(error, "problem_mark", None)
    place = f"（第{mark.line + 1}行第{mark.column + 1}列）" if mark else ""
    return f"YAML 格式有误{place}；请核对缩进、冒号后的空格、引号和括号"


def file_problem(error: OSError) -> str:
    """Why a file cannot be read, and what to do."""
    known = {
        errno.ENOENT: "没有这个文件；请核对路径",
        errno.EISDIR: "这是目录；请写文件的路径",
        errno.EACCES: "没有权限；请让运行用户可以读",
    }
    return known.get(error.errno or 0, f"{error.strerror}；请让运行用户可以读")


def _words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", message))
    if kind in _WORDS:
        return _WORDS[kind].format_map(context).replace(" or ", " 或 ")
    return f"填写有误（{message}）"
