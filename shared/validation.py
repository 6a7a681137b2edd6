"""Options validated where they are read, and the first thing wrong with them in one Chinese phrase."""

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from shared.errors import InputError
from shared.nearest import advice
from shared.system_words import system_words
from shared.variables import variable_of

M = TypeVar("M", bound=BaseModel)

MAX_PLACE = 200
MAX_WORDS = 300

_WHOLE, _NUMBER, _TEXT, _TABLE = "应为整数", "应为数字", "应为文字（数字和时刻请加引号）", "应为“名称: 值”的对照表"
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


def first_problem(error: ValidationError, kind: type[BaseModel] | None = None, also: Sequence[str] = ()) -> Problem:
    """The first thing that pydantic refused, without the value, which may be a secret or come from outside.

    With the `kind` that was asked for, an unknown key is told with the nearest right one, of the kind's or of `also`.
    """
    # A misspelt key first: that the right one is missing follows from it.
    first = min(
        error.errors(include_url=False, include_input=False), key=lambda problem: problem["type"] != "extra_forbidden"
    )
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden" and (known := _fields(kind, first["loc"][:-1])):
        right = (*known, *also) if len(first["loc"]) == 1 else known
        words = f"没有这一项；{advice(str(first['loc'][-1])[:MAX_PLACE], right)}"
        return Problem(place[:MAX_PLACE], words[: 2 * MAX_WORDS])
    words = _words(first["type"], first.get("ctx", {}))
    if first["type"] == "string_pattern_mismatch" and (example := _example(kind, first["loc"])):
        words = f"格式不对；例如 {example}"
    return Problem(place[:MAX_PLACE], words[:MAX_WORDS])


def _example(kind: Any, place: Sequence[object]) -> str:
    """What the setting at `place` of a `kind` gives as an example; an official reads no pattern."""
    field = kind.model_fields.get(str(place[0])) if kind and place else None
    examples = (field.examples if field else None) or ()
    return str(examples[0]) if examples else ""


def ended(words: str) -> str:
    """Words after which more can be said."""
    return words if words.endswith(("？", "；")) else f"{words}；"


def _fields(kind: Any, place: Sequence[object]) -> list[str]:
    """The keys that the table at `place` in a `kind` takes, in their order; none where that cannot be known."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not place:
            return list(kind.model_fields)
        field = kind.model_fields.get(str(place[0]))
        return _fields(field.annotation, place[1:]) if field else []
    inner = place[1:] if place and isinstance(place[0], int) else place
    return next((found for part in get_args(kind) if (found := _fields(part, inner))), [])


def validated(
    kind: type[M], options: Mapping[str, Any], place: str, file: Path | None = None, *, also: Sequence[str] = ()
) -> M:
    """`options` of the settings `file` as a `kind`, paths relative to its folder. `also`: keys that others read there.

    Raises InputError naming `place` and the option, and the file or the variable that gives it.
    """
    try:
        return kind.model_validate(paths_beside(kind, options, file.parent if file else Path()))
    except ValidationError as error:
        problem = first_problem(error, kind, also)
        key = ".".join(filter(None, (place, problem.place)))
        remedy = f"请改正设置文件 {file}" if file else "请改正设置"
        # Not `from error`: its text quotes what was given, and a logged traceback would show it.
        raise InputError(variable_of(key) or key, f"{ended(problem.words)}{remedy}") from None


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


def file_problem(error: OSError) -> str:
    """Why a file cannot be read or written, and what to do."""
    known = {
        errno.ENOENT: "没有这个文件；请核对路径",
        errno.EISDIR: "这是目录；请写文件的路径",
        errno.EACCES: "没有权限；请让运行用户可以读",
        errno.ENOSPC: "磁盘满了；请清理，或写到别处",
        errno.EROFS: "这里只能读；请写到别处",
    }
    return known.get(error.errno or 0, f"{system_words(error)}；请让运行用户可以读")


def _words(kind: str, context: Mapping[str, Any]) -> str:
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", "填写有误；请对照说明核对"))
    if kind in _WORDS:
        return _WORDS[kind].format_map(context).replace(" or ", " 或 ")
    return "填写有误；请对照说明核对"
