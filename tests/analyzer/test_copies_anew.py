"""Copies judged anew: when what came before them comes late, changes, goes or comes back."""

import itertools

import pytest

from services.analyzer.copies import earlier_of
from services.analyzer.objection import Earlier
from shared.account import Account
from shared.events import FindingStatus, Post, Probe
from shared.storage.judgements import Judging
from shared.storage.store import Store
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.test_copies import FIRST, HOUR, NEWS, OTHER, SECOND, accused, copies, published, store
from tests.builders import NOW, a_probe, days

__all__ = ["store"]


@pytest.mark.parametrize(
    "again",
    [
        published("1", NOW - HOUR, id="again"),
        published("1", NOW - HOUR, NEWS[:90], id="again"),
        published("4", NOW - HOUR),
    ],
)
def test_who_was_copied_may_say_it_again(store: Store, again: Post) -> None:
    Analyzer(store).judge([FIRST, SECOND])
    Analyzer(store).judge([again])
    assert accused(store) == ["2/p2"]


def test_what_ones_unit_said_first_clears_also_when_it_comes_to_light_late(store: Store) -> None:
    Analyzer(store).judge([FIRST])
    Analyzer(store).judge([SECOND])
    Analyzer(store).judge([published("1", NOW - HOUR, id="again")])
    assert accused(store) == ["2/p2"]
    many = [published("2", NOW - days(9) + n * HOUR, id=f"m{n}", shown=NOW) for n in range(12)]
    Analyzer(store).judge(many)
    assert accused(store) == ["1/again", "1/p1"]


MANY = [published("2", NOW - days(1) + n * HOUR / 60, id=f"c{n}") for n in range(30)]
ORDERS = [*itertools.permutations(range(3))]
EVERY_COPY = sorted(f"2/c{n}" for n in range(30))


def test_all_copies_are_found_of_what_comes_to_light_after_them(store: Store) -> None:
    for copy in MANY:
        Analyzer(store).judge([copy])
    Analyzer(store).judge([FIRST])
    assert accused(store) == EVERY_COPY


@pytest.mark.parametrize(
    ("corrected", "left"),
    [(published("1", NOW - days(2), OTHER, shown=NOW), []), (published("1", NOW, shown=NOW), ["1/p1"])],
)
def test_no_copy_stays_accused_when_the_first_is_no_longer_so(store: Store, corrected: Post, left: list[str]) -> None:
    Analyzer(store).judge([FIRST])
    Analyzer(store).judge(MANY)
    assert accused(store) == EVERY_COPY
    Analyzer(store).judge([corrected])
    assert accused(store) == left


@pytest.mark.parametrize("order", ORDERS)
def test_a_text_of_two_parts_and_one_of_them_end_the_same_in_whatever_order(
    store: Store, order: tuple[int, ...]
) -> None:
    whole = published("1", NOW - days(5), NEWS + OTHER)
    events = [whole, published("2", NOW - days(4)), published("3", NOW - days(3), NEWS + OTHER)]
    for place in order:
        Analyzer(store).judge([events[place]])
    assert accused(store) == ["2/p2", "3/p3"]


@pytest.mark.parametrize("order", ORDERS)
def test_the_first_is_named_whoever_came_first_on_the_bus(store: Store, order: tuple[int, ...]) -> None:
    events = [FIRST, SECOND, published("3", NOW - HOUR)]
    for place in order:
        Analyzer(store).judge([events[place]])
    assert all("见于青禾县发布1" in finding.sentence for finding in copies(store)), copies(store)
    Analyzer(store).judge([published("1", NOW - days(2), OTHER, shown=NOW)])
    (left,) = copies(store)
    assert "见于白石县发布2" in left.sentence
    standing = store.standings.find("weibo/3")
    assert standing is not None
    assert left.sentence in {finding.sentence for finding in standing.findings}
    told = [one for one in store.judgements.untold() if one.rule == "copied_post" and one.account_id == "3"]
    assert [one.status for one in told] == [FindingStatus.OPEN]


def test_what_a_thousand_pass_on_is_not_asked_about_a_million_times(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def watched(judging: Judging, account: Account, post: Post) -> tuple[Earlier, ...]:
        asked.append(post.id)
        return earlier_of(judging, account, post)

    monkeypatch.setattr("services.analyzer.comparing.earlier_of", watched)
    Analyzer(store).judge([FIRST])
    many = [published("2", NOW - days(1) - n * HOUR / 60, id=f"c{n}", shown=NOW) for n in range(30)]
    for copy in many:
        Analyzer(store).judge([copy])
    assert (len(asked), len(accused(store))) == (30, 30)


def test_a_deleted_copy_is_over_and_stays_so(store: Store) -> None:
    later = published("2", NOW - days(0.5), OTHER, id="p3")
    older = published("2", NOW - days(3), OTHER, id="p0")
    Analyzer(store).judge([older, SECOND, later])
    Analyzer(store).judge([a_probe(NOW, account_id="2", newest_post_at=later.published_at, post_ids=["p3", "p0"])])
    Analyzer(store).judge([FIRST])
    assert accused(store) == []
    assert [one for one in store.judgements.untold() if one.rule == "copied_post"] == []


@pytest.mark.parametrize("together", [True, False])
def test_a_deleted_copy_that_is_shown_again_is_one_again(store: Store, together: bool) -> None:
    older = published("2", NOW - days(3), OTHER, id="p0").but(pinned=False)
    lists = [
        a_probe(NOW + n * HOUR, account_id="2", newest_post_at=older.published_at, post_ids=["p0"]) for n in (0, 1)
    ]
    shown_again: list[Post | Probe] = [SECOND.but(observed_at=NOW + HOUR), lists[1].but(post_ids=("p2", "p0"))]
    Analyzer(store).judge([FIRST, older, SECOND])
    Analyzer(store).judge([lists[0]])
    assert accused(store) == []
    for batch in [shown_again] if together else [[event] for event in shown_again]:
        Analyzer(store).judge(batch)
    assert accused(store) == ["2/p2"]


@pytest.mark.parametrize("text", [f"{NEWS}（编辑：王某）", None])
@pytest.mark.parametrize("together", [True, False])
def test_what_is_seen_after_the_list_it_was_missing_from_is_not_gone(
    store: Store, text: str | None, together: bool
) -> None:
    older = published("2", NOW - days(3), OTHER, id="p0")
    missing = a_probe(NOW, account_id="2", newest_post_at=older.published_at, post_ids=["p0"])
    seen_again = SECOND.but(text=text, observed_at=NOW + HOUR, title="要闻二")
    events: list[Post | Probe] = [FIRST, older, SECOND, missing, seen_again]
    for batch in [events] if together else [[event] for event in events]:
        Analyzer(store).judge(batch)
    assert accused(store) == ["2/p2"]


def test_what_is_new_on_its_list_did_not_come_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analyzer.comparing.Comparing.compare_waiting", lambda _self: None)
    older = published("2", NOW - days(3), OTHER, id="p0")
    lists = [a_probe(NOW + n * HOUR, account_id="2", post_ids=ids) for n, ids in enumerate((["p0"], ["p2", "p0"]))]
    for event in (older, lists[0], SECOND.but(observed_at=NOW + HOUR / 2), lists[1]):
        Analyzer(store).judge([event])
    assert not store.judgements.anything_waits()
