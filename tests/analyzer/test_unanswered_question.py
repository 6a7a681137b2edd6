"""Public questions without an answer become one finding an account, counted in working days."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest

from shared.events import Finding, Severity
from shared.questions import Question
from shared.storage.store import Store
from tests.analyzer.analyzing import Analyzer
from tests.builders import an_account, days, held_at

MONDAY = datetime(2026, 11, 2, 9, tzinfo=timezone(timedelta(hours=8)))


class Bench:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.analyzer = Analyzer(store)
        self.account = an_account()
        store.accounts.upsert([self.account], MONDAY - days(30))

    def found(self, now: datetime, *questions: Question) -> Sequence[Finding]:
        if questions:
            self.store.questions.note(self.account.key, questions)
        self.analyzer.tick(now)
        return [finding for finding in held_at(self.store, now) if finding.rule == "unanswered_question"]

    def asked(self, seen_at: datetime, own_id: str = "q", answered_at: datetime | None = None) -> Question:
        return Question(
            key=self.account.key, post_id="p1", id=own_id, asked_at=MONDAY, answered_at=answered_at, seen_at=seen_at
        )


@pytest.fixture
def bench(each_store: Store) -> Bench:
    return Bench(each_store)


def test_five_working_days_are_no_matter_and_six_are(bench: Bench) -> None:
    next_monday, tuesday = MONDAY + days(7), MONDAY + days(8)
    assert not bench.found(next_monday, bench.asked(next_monday))
    (finding,) = bench.found(tuesday, bench.asked(tuesday))
    assert (finding.indicator, finding.severity) == ("I-03", Severity.REMINDER)
    assert "1条公众提问超过5个工作日" in finding.sentence
    assert finding.needs_confirmation


def test_an_answer_ends_it(bench: Bench) -> None:
    later = MONDAY + days(9)
    assert bench.found(later, bench.asked(later))
    assert not bench.found(later + days(1), bench.asked(later + days(1), answered_at=later))


def test_a_question_that_scrolled_away_is_not_held_against_anybody(bench: Bench) -> None:
    later = MONDAY + days(9)
    assert bench.found(later, bench.asked(later))
    other = bench.asked(later + days(4), "other", answered_at=later)
    assert not bench.found(later + days(4), other)


def test_several_questions_are_one_matter(bench: Bench) -> None:
    later = MONDAY + days(9)
    (finding,) = bench.found(later, *(bench.asked(later, f"q{n}") for n in range(7)))
    assert "7条公众提问" in finding.sentence
    assert len(finding.evidence) == 5
