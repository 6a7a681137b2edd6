"""`re` for modules with many patterns: each is compiled when something is first asked of it.

Compiling all of them takes an eighth of the time in which a check starts, and most texts ask for a handful.
"""

from re import (
    ASCII,
    DOTALL,
    IGNORECASE,
    MULTILINE,
    UNICODE,
    Match,
    Pattern,
    escape,
    findall,
    finditer,
    fullmatch,
    match,
    search,
    split,
    sub,
)
from re import compile as compile_at_once
from typing import Any, cast

__all__ = [
    "ASCII",
    "DOTALL",
    "IGNORECASE",
    "MULTILINE",
    "UNICODE",
    "Match",
    "Pattern",
    "compile",
    "escape",
    "findall",
    "finditer",
    "fullmatch",
    "match",
    "search",
    "split",
    "sub",
]


class Later:
    """Stands for a pattern, and answers as it once it is compiled. Functions of `re` itself do not take it."""

    def __init__(self, source: str, flags: int) -> None:
        self.source, self.wanted = source, flags

    def compiled(self) -> Pattern[str]:
        """Raises re.PatternError where the source is none."""
        return compile_at_once(self.source, self.wanted)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = self.compiled()
        self.__dict__ |= {each: getattr(compiled, each) for each in dir(compiled) if not each.startswith("__")}
        return getattr(compiled, name)


def compile(source: str, flags: int = 0) -> Pattern[str]:  # noqa: A001  # it is read as re.compile
    """What is to be used as a pattern."""
    return cast(Pattern[str], Later(source, flags))
