"""What a 公众号 published, day by day, as its own statistics tell: asked once, kept, walked back to an article."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from services.collector.capture import Capture, Captured
from services.collector.owners.desk import SITE, Desk, Told
from services.collector.owners.options import OwnerAccount
from services.collector.owners.refusals import Refusal
from services.collector.reading.days import end_of, last_whole_day
from shared.events import Outcome
from shared.storage.owners import OwnerDay

DAYS, PUBLISHED = "/datacube/getarticletotaldetail", "/cgi-bin/freepublish/batchget"
FIRST_DAY = date(2025, 11, 1)
"""The platform has no figures of this interface before."""
MOST_DAYS = 95
"""Walked back for the newest article: beyond the longest silence that a rule asks about."""
MOST_ASKED = 8
"""Days of one look; the others of the past follow at the next ones."""
MOST_BODY = 1_000_000
SETTLES_AFTER = timedelta(days=1)
"""After its end: an empty day that was told sooner is asked about once more, and proves nothing until then."""
_COUNTS = ("total", "total_count")
PUBLISHED_EVERY = timedelta(hours=3)


@dataclass(frozen=True)
class WechatDays:
    """Used by one thread."""

    desk: Desk

    def captured(self, key: str, owner: OwnerAccount, now: datetime) -> Captured:
        """The answers of the days from the newest one with an article, oldest first, and of what was published by
        hand; a failure where even the newest day could not be asked."""
        walked = self._walked(key, owner, now)
        if isinstance(walked, Refusal):
            return Captured(failure=walked.outcome, reason=walked.words)
        if not walked:
            return Captured(failure=Outcome.PARSE_ERROR, reason="授权接口：平台还没有算出近两日的数据，稍后再取")
        days = [_capture(one) for one in reversed(walked)]
        return Captured(captures=(*days, *self._published(owner, now)))

    def _walked(self, key: str, owner: OwnerAccount, now: datetime) -> list[OwnerDay] | Refusal:
        """Newest first, without a gap, as far back as could be asked; the newest alone may be late, or not settled."""
        last = last_whole_day(now)
        since = max(FIRST_DAY, last - timedelta(days=MOST_DAYS))
        known, walked, left = self.desk.owners.days(key, since), list[OwnerDay](), MOST_ASKED
        for day in _back(last, since):
            told: OwnerDay | Refusal | None = known.get(day)
            if not isinstance(told, OwnerDay) or (left and _is_unsettled(told, now)):
                told = self._asked(key, owner, day, now) if left else None
                left = max(0, left - 1)
            if isinstance(told, OwnerDay) and not _is_early(told):
                walked.append(told)
                if told.articles:
                    break
            elif isinstance(told, Refusal):
                return walked or told
            elif walked or day != last:
                break
        return walked

    def _asked(self, key: str, owner: OwnerAccount, day: date, now: datetime) -> OwnerDay | Refusal | None:
        """Null: its figures are late."""
        dates = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
        told = self.desk.ask(owner, "datacube", DAYS, dates)
        if told.capture is None:
            return told.refusal
        articles = told.answer.get("list")
        if told.answer.get("is_delay", False) not in (False, 0):
            return None
        if not isinstance(articles, list) or _hides(told.answer) or len(told.capture.body) > MOST_BODY:
            return Refusal(Outcome.PARSE_ERROR, "授权接口：返回的每日发表数据无法识别")
        kept = OwnerDay(day, told.capture.at, len(articles), told.capture.body.decode("utf-8", "replace"))
        self.desk.owners.keep(key, kept)
        return kept

    def _published(self, owner: OwnerAccount, now: datetime) -> tuple[Capture, ...]:
        """Links, what was deleted and where comments are open; what it lacks is no failure: it never proves a list."""
        asked_at = self.desk.owners.asked_at(owner.app_id, "freepublish")
        if asked_at is not None and asked_at <= now < asked_at + PUBLISHED_EVERY:
            return ()
        told: Told = self.desk.ask(owner, "freepublish", PUBLISHED, {"offset": 0, "count": 20, "no_content": 1})
        return (told.capture,) if told.capture and len(told.capture.body) <= MOST_BODY else ()


def day_of(capture: Capture) -> date | None:
    """The day that was asked about: an empty answer does not tell."""
    address, _, day = (capture.url or "").partition("?begin_date=")
    try:
        return date.fromisoformat(day[:10]) if address.endswith(DAYS) else None
    except ValueError:
        return None


def _capture(told: OwnerDay) -> Capture:
    """As it came; `begin_date` was in the body that was posted."""
    asked: Mapping[str, str] = {"begin_date": told.day.isoformat()}
    headers = {"content-type": "application/json"}
    return Capture(
        url=f"{SITE}{DAYS}?{urlencode(asked)}", status=200, headers=headers, body=told.body.encode(), at=told.asked_at
    )


def _hides(answer: Mapping[str, Any]) -> bool:
    """An empty list beside which something is counted, or more is to come, tells of no empty day."""
    counted = any(answer.get(name, 0) != 0 for name in _COUNTS)
    return not answer.get("list") and (counted or answer.get("is_end", True) not in (True, 1))


def _is_early(told: OwnerDay) -> bool:
    """Its figures may not have been whole: it ends no proof."""
    return told.articles == 0 and told.asked_at < end_of(told.day) + SETTLES_AFTER


def _is_unsettled(told: OwnerDay, now: datetime) -> bool:
    return _is_early(told) and end_of(told.day) + SETTLES_AFTER <= now


def _back(last: date, first: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield last - timedelta(days=number)
