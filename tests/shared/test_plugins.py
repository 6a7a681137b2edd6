"""Plug-ins are found by file name, all of them or one alone."""

import pytest

from services.analyzer.rules.base import Rule
from shared.plugins import discover, find, names

_RULES = "services.analyzer.rules"


def test_one_alone_is_the_one_that_is_found_among_all() -> None:
    found = discover(_RULES, Rule)
    assert list(found) == names(_RULES)
    assert {name: find(_RULES, Rule, name) for name in found} == found


@pytest.mark.parametrize("name", ["base", "_silence", "no_rule", "", "os.path", "../rulebook"])
def test_what_is_no_plug_in_is_not_found(name: str) -> None:
    assert find(_RULES, Rule, name) is None
    assert name not in names(_RULES)


def test_a_file_without_a_plug_in_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"services\.analyzer\.language\.text\.\w+ must define exactly one Rule"):
        discover("services.analyzer.language.text", Rule)
