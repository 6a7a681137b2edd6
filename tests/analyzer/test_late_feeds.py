"""A feed shows a post hours after it was published: silence seen through one counts a day later."""

from datetime import datetime

import pytest

from services.analyzer.objection import History, Objection
from services.analyzer.rules.silent_account import SilentAccount
from services.analyzer.rules.silent_workdays import SilentWorkdays
from shared.clock import SHANGHAI
from tests.builders import NOW, a_probe, an_account, days

SEEN_THROUGH = [("feed", None), ("weibo", "bridge:https://rss.example/x")]
SEEN_ITSELF = [("weibo", None), ("weibo", "album:1")]


def said(platform: str, source: str | None, age: float) -> tuple[str, str]:
    newest = NOW - days(age)
    probe = a_probe(NOW, platform=platform, source=source, newest_post_at=newest, post_ids=("p",))
    history = History(account=an_account(platform=platform), newest_post_at=newest, watched_since=NOW - days(90))
    (objection,) = SilentAccount().check_probe(probe, history)
    return objection.stage, objection.window


@pytest.mark.parametrize(("platform", "source"), SEEN_THROUGH)
def test_what_a_feed_shows_is_overdue_a_day_later_and_says_so(platform: str, source: str | None) -> None:
    assert said(platform, source, 14.9)[0] == "13d"
    stage, window = said(platform, source, 15)
    assert stage == "14d"
    assert "另加24小时宽限" in window


@pytest.mark.parametrize(("platform", "source"), SEEN_ITSELF)
def test_what_the_account_itself_shows_is_overdue_to_the_second(platform: str, source: str | None) -> None:
    stage, window = said(platform, source, 14)
    assert stage == "14d"
    assert "宽限" not in window


@pytest.mark.parametrize(("platform", "source"), SEEN_THROUGH)
def test_working_days_of_a_feed_are_counted_to_the_day_before(platform: str, source: str | None) -> None:
    # Published on Thursday, 5 November 2026: the eighth working day after it is Tuesday the 17th.
    newest = datetime(2026, 11, 5, 12, tzinfo=SHANGHAI)
    history = History(account=an_account(platform=platform), newest_post_at=newest, watched_since=NOW - days(90))

    def looked(day: int) -> list[Objection]:
        at = datetime(2026, 11, day, 12, tzinfo=SHANGHAI)
        probe = a_probe(at, platform=platform, source=source, newest_post_at=newest, post_ids=("p",))
        return list(SilentWorkdays().check_probe(probe, history))

    assert looked(17) == []
    (objection,) = looked(18)
    assert "另加24小时宽限" in objection.window
