"""No regular expression over page text needs more than about linear time, whatever the page holds.

Every pattern of the rooms below is found (attributes of modules and the patterns of calls such as `re.search`) and run
over strings made of its own pieces. Time is processor time of this process, so that a loaded machine changes nothing,
and what counts is how it grows.
"""

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

ROOMS = (
    "services.collector.reading",
    "services.collector.platforms",
    "services.analyzer.language",
    "services.analyzer.rules",
)
PARSER: Any = importlib.import_module("re._parser")
CONSTANTS: Any = importlib.import_module("re._constants")
SIZES = (24_000, 96_000)
MOST_GROWTH, FLOOR, CLEAR, LIMIT = 4**1.6, 0.04, 0.2, 1.0
"""Four times the length may take so many times as long, and a little (seconds) that is too short to measure."""
CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
CATEGORIES = {"DIGIT": "1", "SPACE": " ", "WORD": "a", "NOT_DIGIT": "a", "NOT_SPACE": "a", "NOT_WORD": "-"}
MOST_UNITS = 8


class Unknown(dict[str, Any]):
    """Names that only a call would know stand for a letter."""

    def __missing__(self, name: str) -> Any:
        return __builtins__[name] if isinstance(__builtins__, dict) and name in __builtins__ else "x"


def modules() -> list[str]:
    names = []
    for room in ROOMS:
        folder = importlib.import_module(room)
        found = pkgutil.walk_packages(folder.__path__, f"{room}.")
        names += [module.name for module in found if not module.ispkg]
    return names


def patterns_of(module: ModuleType) -> set[re.Pattern[Any]]:
    return {*held(vars(module).values(), 3), *called(module)}


def held(values: Iterable[Any], depth: int) -> Iterator[re.Pattern[Any]]:
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif depth and isinstance(value, Mapping):
            yield from held([*value.keys(), *value.values()], depth - 1)
        elif depth and isinstance(value, list | tuple | set | frozenset):
            yield from held(value, depth - 1)


def called(module: ModuleType) -> Iterator[re.Pattern[Any]]:
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS
        if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == "re":  # type: ignore[attr-defined]
            code = compile(ast.Expression(node.args[0]), "pattern", "eval")  # type: ignore[attr-defined]
            pattern = eval(code, {}, Unknown(vars(module)))
            yield pattern if isinstance(pattern, re.Pattern) else re.compile(pattern)


def examples(items: Any) -> list[str]:
    """Some strings that a parsed pattern fits: each of its choices once, its repeats as short as they can be, or once."""
    found = [""]
    for operation, value in items:
        options = example_pieces(operation, value) or [""]
        rest = [found[0] + option for option in options[1:]]
        found = [before + options[0] for before in found[:6]] + rest[:6]
    return found


def example_pieces(operation: Any, value: Any) -> list[str]:
    name = str(operation)
    if name == "LITERAL":
        return [chr(value)]
    if name == "IN":
        return members(value)
    if name in ("NOT_LITERAL", "ANY"):
        return ["a"]
    if name == "BRANCH":
        return [text for branch in value[1] for text in examples(branch)[:2]]
    if name in ("SUBPATTERN", "ATOMIC_GROUP"):
        return examples(value[-1] if name == "SUBPATTERN" else value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        once = examples(value[2])
        return once if value[0] else ["", *once]
    return [""]


def members(items: Any) -> list[str]:
    found = []
    for operation, value in items:
        if str(operation) == "NEGATE":
            return ["a"]
        if str(operation) == "LITERAL":
            found.append(chr(value))
        if str(operation) == "RANGE":
            found.append(chr(value[0]))
        if str(operation) == "CATEGORY":
            found.append(CATEGORIES.get(str(value).removeprefix("CATEGORY_"), "a"))
    return found[:4]


def repeated(items: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each repeat, and what it repeats."""
    for operation, value in items:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield from ((before, unit) for unit in examples(value[2]) if unit)
            yield from repeated(value[2], before)
        elif name == "SUBPATTERN":
            yield from repeated(value[-1], before)
        elif name == "ATOMIC_GROUP":
            yield from repeated(value, before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from repeated(branch, before)
        before += (example_pieces(operation, value) or [""])[0]


def hostile(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Head, unit and tail of strings that are head + unit * n + tail."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    parsed = PARSER.parse(text, pattern.flags & ~re.LOCALE if isinstance(pattern.pattern, str) else re.DOTALL)
    pieces = list(dict.fromkeys(repeated(parsed)))
    whole = [text for text in examples(parsed)[:3] if text]
    units = list(dict.fromkeys(["", *(unit for _, unit in pieces)]))[1 : MOST_UNITS + 1]
    strings = [(before, unit, "\x01") for before, unit in pieces[: MOST_UNITS * 2]]
    strings += [("", unit, "\x01") for unit in [*units, *whole, " ", "\u3000", "<!--", "<", "(", "1", "'"]]
    strings += [("", before[-12:] + unit, "") for before, unit in pieces[:MOST_UNITS] if before]
    return list(dict.fromkeys(strings))


def took(pattern: re.Pattern[Any], text: str) -> float:
    subject = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    start = time.process_time()
    for run in (pattern.search, pattern.fullmatch):
        run(subject)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - start


def slow(pattern: re.Pattern[Any]) -> str | None:
    """The string that takes too long, or more than its length accounts for."""
    for head, unit, tail in hostile(pattern):
        told = f"{pattern.pattern!r} over {head!r} + {unit!r} * n + {tail!r}"
        for size in SIZES:
            few, many = (head + unit * (length // len(unit)) + tail for length in (size // 4, size))
            try:
                if (long := took(pattern, many)) > FLOOR and grows(pattern, few, many):
                    return f"{told}: {long:.3f} s for {size} characters"
            except TimeoutError:
                return f"{told}: more than {LIMIT} s for {size} characters"
            if long > CLEAR:
                break
    return None


def grows(pattern: re.Pattern[Any], few: str, many: str) -> bool:
    """Asked twice more where it seems so: the clock is coarse."""
    for _ in range(3):
        short = sum(took(pattern, few) for _ in range(4)) / 4
        if took(pattern, many) <= MOST_GROWTH * short + FLOOR:
            return False
    return True


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """A match that never ends is interrupted after so much processor time."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, ring)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def checked(patterns: Iterable[re.Pattern[Any]]) -> list[str]:
    return [fault for pattern in patterns if (fault := slow(pattern))]


@pytest.mark.parametrize("name", modules())
def test_no_pattern_takes_more_than_linear_time(name: str) -> None:
    assert checked(patterns_of(importlib.import_module(name))) == []


@pytest.mark.parametrize(
    "pattern",
    [
        re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>(?:\s|<!--.*?-->)*\Z", re.IGNORECASE | re.DOTALL),
        re.compile(r"[ \u3000]*\n[ \n\u3000]*"),
        re.compile(r"(a|a)*b"),
        re.compile(r"\((.*)\);", re.DOTALL),
        re.compile(r"<p[^>]*\bid=x"),
        re.compile(r"(?:\d+[年月日 ]*)+前"),
    ],
)
def test_a_pattern_that_goes_back_without_bound_is_found(pattern: re.Pattern[Any]) -> None:
    assert len(checked([pattern])) == 1
