"""An expression is tried as far round its anchors as it says it reaches: it takes and looks ahead to no more."""

import importlib
from collections.abc import Iterable
from typing import Any

import pytest

from services.analyzer.language.advert.against import AGAINST
from services.analyzer.language.advert.calls import CALLS
from services.analyzer.language.advert.kinds import Family, Finder, Kind, kind
from services.analyzer.language.advert.offers import OFFERS
from services.analyzer.language.advert.services import SERVICES
from services.analyzer.language.advert.shops import SHOPS
from services.analyzer.language.advert.talk import TALK
from services.analyzer.language.advert.trades import GOODS, PUSHES, TRADES
from services.analyzer.language.advert.ways import WAYS

PARSER: Any = importlib.import_module("re._parser")
_KINDS = (*WAYS, *CALLS, *OFFERS, *TALK, *TRADES, *SERVICES, *SHOPS, *GOODS, *PUSHES, *AGAINST)
_BY_PATTERN = [known for known in _KINDS if known.pattern is not None]


def _extent(items: Iterable[tuple[Any, Any]]) -> tuple[int, int]:
    """Code points taken at most, and looked at; of what may go on for ever (a number) one more than it needs."""
    taken = looked_at = 0
    for operation, value in items:
        name = str(operation)
        if name == "BRANCH":
            extents = [_extent(branch) for branch in value[1]]
            takes, looks = max(own for own, _ in extents), max(own for _, own in extents)
        elif name == "SUBPATTERN":
            takes, looks = _extent(value[-1])
        elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
            least, most, repeated = value
            times = least + 1 if most is PARSER.MAXREPEAT else most
            takes, looks = (times * own for own in _extent(repeated))
        elif name in {"ASSERT", "ASSERT_NOT"}:
            takes, looks = 0, _extent(value[1])[1] if value[0] > 0 else 0
        else:
            takes, looks = (0, 1) if name == "AT" else (1, 1)
        looked_at = max(looked_at, taken + max(takes, looks))
        taken += takes
    return taken, looked_at


@pytest.mark.parametrize("known", _BY_PATTERN, ids=[known.name for known in _BY_PATTERN])
def test_an_expression_takes_no_more_than_it_says_it_reaches(known: Kind) -> None:
    assert known.pattern is not None
    _, looked_at = _extent(PARSER.parse(known.pattern.pattern))
    assert looked_at <= known.reach


def test_an_expression_is_found_wherever_its_anchor_stands_in_it() -> None:
    known = kind("例", Family.WAY, 1, reach=6, anchors="丙", pattern="甲{1,5}丙|丙乙{1,5}(?=丁)|丙$")
    found = Finder([known]).find("甲甲甲甲甲丙，丙乙乙乙乙丁，甲丙丙")
    assert [(cue.start, cue.end) for cue in found] == [(0, 6), (7, 12), (14, 16), (16, 17)]
