"""Short ways to say what a test is about; everything left out is unremarkable."""

from datetime import UTC, datetime, timedelta

from msgspec import convert

from shared.account import Account
from shared.events import Clause, Finding, Outcome, Post, Probe, Severity
from shared.silence import Silence
from shared.storage.findings import findings_held
from shared.storage.store import Store

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""Saturday noon in Beijing."""


def days(count: float) -> timedelta:
    return timedelta(days=count)


def an_account(account_id: str = "1001", platform: str = "weibo", **fields: object) -> Account:
    return Account.model_validate(
        {"platform": platform, "id": account_id, "name": "青禾发布", "unit": "青禾县政府办"} | fields
    )


def a_post(post_id: str = "p1", published_at: datetime | None = NOW, **fields: object) -> Post:
    values = {"platform": "weibo", "account_id": "1001", "observed_at": NOW, "title": "青禾要闻"}
    return convert(values | {"id": post_id, "published_at": published_at} | fields, Post)


def a_probe(at: datetime = NOW, outcome: Outcome = Outcome.OK, **fields: object) -> Probe:
    return convert({"platform": "weibo", "account_id": "1001", "at": at, "outcome": outcome} | fields, Probe)


def a_finding(subject: str = "p1", at: datetime = NOW, **fields: object) -> Finding:
    values = {
        "platform": "weibo",
        "account_id": "1001",
        "rule": "silent_account",
        "indicator": "U-01",
        "severity": Severity.VETO,
        "sentence": "最近一次发布于2026-11-01 12:00，已满14天未更新。",
        "clause": Clause(document="国办秘函〔2019〕19号", words="监测时间点前2周内无更新"),
        "measured": "静默20天",
        "threshold": "14天",
        "window": "北京时间",
        "rulebook_version": "cn@2026.1",
    }
    return convert(values | {"subject": subject, "at": at} | fields, Finding)


def a_silence(**fields: object) -> Silence:
    values = {"starts_at": NOW, "ends_at": NOW + days(3), "author": "李", "comment": "迁移", "added_at": NOW}
    return Silence.model_validate(values | fields)


def held_at(store: Store, moment: datetime) -> list[Finding]:
    """Findings that held at `moment`, oldest first."""
    with store.database.read() as connection:
        return findings_held(connection, moment)
