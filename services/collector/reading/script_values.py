"""Values written in a page's own JavaScript, read without running any of it.

Scripts are searched one by one and never put together: one that is all ASCII is searched many times faster so.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

MAX_DEPTH, MAX_TRIES, MAX_TOKENS = 40, 20, 200_000
"""How deep a value may nest, how many broken ones may come before the one that is asked for, and the length of all."""
_LONGEST_LINE = 2000

_STRING = r"""'(?:[^'\\\n]++|\\[\s\S])*+'|"(?:[^"\\\n]++|\\[\s\S])*+\""""
_TOKEN = re.compile(rf"\s*+(?:{_STRING}|[\w$.]++|\|\||[^\s'\"])")
"""A quote that never closes is no token: to go on after it would read the rest of the page again at each quote."""

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "", "\n": ""}
_WORDS = {"true": True, "false": False}
_ENDS = frozenset({",", "}", "]", ")", ";", ":", ""})


def assigned(scripts: Iterable[str], name: str) -> Any:
    """The first object, array or string given to `name`; null when there is none that is complete.

    Strings in calls are taken as the call's value (`JsDecode('…')`), `'12' * 1` is a number, `a || b` its first
    non-empty operand, anything that would have to be run is null.
    """
    pattern = re.compile(rf"{_word(name)}\s{{0,20}}=(?!=)\s{{0,20}}(?=[\[{{'\"])")
    places = (match for script in scripts if name in script for match in pattern.finditer(script))
    left = MAX_TOKENS
    for match in islice(places, MAX_TRIES):
        reader = _Reader(match.string, match.end(), left)
        try:
            if value := reader.expression():
                return value
        except ValueError:
            left = reader.left
    return None


def variables(scripts: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """The first non-empty text or number given to each `var name` or `window.name`, each on one line.

    Names that have none are left out.
    """
    return _given(scripts, {"var": r"\s{1,20}", "window.": ""}, names)


def members(scripts: Iterable[str], objects: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """The same for each `object.name` of the objects of these names."""
    return _given(scripts, {f"{one}.": "" for one in objects}, names)


def _word(word: str) -> str:
    """A pattern of the word and not of the end of a longer one. It begins with its letters: through the megabytes of a
    page that is searched many times faster than one that begins with `\\b` or a choice."""
    return rf"{re.escape(word)}(?<!\w{re.escape(word)})"


def _given(scripts: Iterable[str], before: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """`before`: words and the pattern of what stands between them and the name."""
    found: dict[str, str] = {}
    tries: Counter[str] = Counter()
    name = f"({'|'.join(names)})"
    patterns = {word: re.compile(rf"{_word(word)}{then}{name}\s{{0,20}}=(?!=)") for word, then in before.items()}
    for match in (match for script in scripts for match in _places(script, patterns)):
        name, tries[match[1]] = match[1], tries[match[1]] + 1
        if name not in found and tries[name] <= MAX_TRIES:
            expression = match.string[match.end() : match.end() + _LONGEST_LINE].partition("\n")[0]
            if value := _one(expression):
                found[name] = value
    return found


def _places(script: str, patterns: Mapping[str, re.Pattern[str]]) -> Iterable[re.Match[str]]:
    """In their order. To ask whether a word is there at all costs a tenth of searching for its pattern."""
    there = [pattern.finditer(script) for word, pattern in patterns.items() if word in script]
    return heapq.merge(*there, key=re.Match.start)


def _one(expression: str) -> str:
    try:
        value = _Reader(expression, 0, MAX_TOKENS).expression()
    except ValueError:
        return ""
    return str(value) if value and isinstance(value, str | int) else ""


class _Reader:
    """Reads one expression. Raises ValueError when the text ends inside brackets, nests too deep or is too long."""

    def __init__(self, text: str, at: int, left: int) -> None:
        self._text, self._at, self._depth, self.left = text, at, 0, left

    def expression(self) -> Any:
        found: Any = None
        while (sign := self._peek()) not in _ENDS:
            if sign == "?":
                found = self._choice(found)
            elif sign == "*":
                self._next()
                self._next()
                found = _number(found)
            else:
                operand = self._operand()
                found = found or (operand if operand or found is None else found)
        return found

    def _choice(self, condition: Any) -> Any:
        """`xml ? … : …`: what would have to be run is taken for nothing, as it is in a page that a browser opens."""
        self._next()
        chosen = self.expression()
        self._expect(":")
        other = self.expression()
        return chosen if condition else other

    def _operand(self) -> Any:
        sign = self._next()
        if sign == "{":
            return self._members()
        if sign == "[":
            return self._items()
        if sign == "(":
            return self._inner()
        if sign[0] in "'\"" and len(sign) > 1:
            return unescape(sign[1:-1])
        return int(sign) if sign.isascii() and sign.isdigit() and len(sign) < 20 else _WORDS.get(sign)

    def _members(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self._enter()
        while self._peek() != "}":
            name = self._next().strip("'\"")
            self._expect(":")
            members[name] = self.expression()
            if self._peek() != "}":
                self._expect(",")
        self._leave("}")
        return members

    def _items(self) -> list[Any]:
        items: list[Any] = []
        self._enter()
        while self._peek() != "]":
            items.append(self.expression())
            if self._peek() != "]":
                self._expect(",")
        self._leave("]")
        return items

    def _inner(self) -> Any:
        self._enter()
        value = self.expression()
        while self._peek() != ")":
            self._expect(",")
            self.expression()
        self._leave(")")
        return value

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError("nested too deep")

    def _leave(self, bracket: str) -> None:
        self._depth -= 1
        self._expect(bracket)

    def _expect(self, token: str) -> None:
        if (found := self._next()) != token:
            raise ValueError(f"{token} expected, found {found[:20]!r}")

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return match[0].lstrip() if match else ""

    def _next(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise ValueError("the text ends inside an expression")
        self._at, self.left = match.end(), self.left - 1
        if self.left < 0:
            raise ValueError("too long")
        return match[0].lstrip()


def unescape(text: str) -> str:
    """The text of a JavaScript string literal; half a surrogate pair becomes U+FFFD."""
    text = _ESCAPE.sub(_escape, text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    return chr(int(digits, 16)) if digits else _ESCAPED.get(match[3], match[3])


def _number(value: Any) -> Any:
    """`'12' * 1` and `'' * 1`; 16-19 digit ids never come this way in any capture, and integers stay exact anyway."""
    text = str(value or 0)
    if re.fullmatch(r"-?\d{1,19}", text, re.A):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,19}\.\d{1,19}", text, re.A) else None
