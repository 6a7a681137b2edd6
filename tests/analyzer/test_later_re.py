"""A pattern that is compiled when first asked is like any other."""

import re

import pytest

from services.analyzer.language.text import later_re
from services.analyzer.language.text.later_re import Later


def test_nothing_is_compiled_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def noted(pattern: Later) -> re.Pattern[str]:
        compiled.append(pattern.source)
        return re.compile(pattern.source)

    monkeypatch.setattr(Later, "compiled", noted)
    pattern = later_re.compile("a")
    assert compiled == []
    assert pattern.search("a")
    assert pattern.fullmatch("b") is None
    assert compiled == ["a"]


def test_it_answers_as_the_pattern_it_stands_for() -> None:
    later, plain = (
        later_re.compile(r"(?P<day>[0-9]+)日|x", re.IGNORECASE),
        re.compile(r"(?P<day>[0-9]+)日|x", re.IGNORECASE),
    )
    text = "3日X10日"
    assert [found.span() for found in later.finditer(text)] == [found.span() for found in plain.finditer(text)]
    assert later.findall(text) == plain.findall(text)
    assert later.sub("", text) == plain.sub("", text)
    assert later.split(text) == plain.split(text)
    assert (later.pattern, later.flags, later.groups) == (plain.pattern, plain.flags, plain.groups)
    assert later.groupindex == plain.groupindex


def test_what_no_pattern_has_it_has_not_either() -> None:
    pattern = later_re.compile("a")
    assert not hasattr(pattern, "serach")
    assert not hasattr(pattern, "__fspath__")


def test_a_source_that_is_no_pattern_is_refused_when_it_is_asked() -> None:
    pattern = later_re.compile("(")
    with pytest.raises(re.error):
        pattern.search("a")
