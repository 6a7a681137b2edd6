"""What shows less than all of an account, whatever it is and whatever comes with it, never makes it a silent one.

Every refusal, login wall, captcha, notice and odd page that was ever saved, and every good answer cut short, spoilt,
turned into another encoding or emptied: alone, in pairs of one visit, and for a month on end.
"""

import gzip
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.collector.__main__ import build_platforms
from services.collector.capture import Capture, Captured, Plan, Reading
from services.collector.clock_watch import ClockWatch
from services.collector.looker import Looker
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.events import Coverage, Outcome
from shared.runtime.metrics import Metrics
from shared.runtime.settings import load_settings
from shared.storage.store import Store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_post, a_probe, days, held_at
from tests.paths import SHARED

PLATFORMS = ("wechat", "weibo", "douyin", "toutiao", "feed")
CUTS, MOST_LISTS = 12, 12
SILENCE_RULES = {"silent_account", "silent_workdays", "too_few_posts", "monthly_original"}
LONG = days(6)
"""A day more, and the first reminder would go out."""

pytestmark = pytest.mark.skipif(
    not (SHARED / "captures").is_dir(), reason="no saved pages: ../shared/captures is missing"
)

WALLS = (
    b"",
    b"blocked",
    b"{}",
    b"[]",
    b"null",
    b'{"ok":-100,"msg":"\xe8\xaf\xb7\xe5\x85\x88\xe7\x99\xbb\xe5\xbd\x95"}',
    b'{"status_code":0}',
    b'{"message":"error","data":null}',
    b'{"base_resp":{"ret":200003,"err_msg":"invalid session"}}',
    b'{"ret":-3,"errmsg":"no session"}',
    b"<html><title>502 Bad Gateway</title></html>",
    "<html><title>验证码中间页</title>请完成下列验证后继续</html>".encode(),
    "<html><body>当前环境异常，完成验证后即可继续访问。去验证</body></html>".encode(),
    "<html><title>登录</title>请先登录</html>".encode(),
    b"<html><body></body></html>",
    b"<rss version='2.0'><channel><title>x</title></channel></rss>",
    bytes(range(256)) * 8,
)


class Shown(NamedTuple):
    """A saved answer, and what it tells when it is whole. `is_case`: several answers in one file, or made up."""

    platform: str
    name: str
    body: bytes
    reading: Reading
    account: Account
    is_case: bool

    @property
    def is_list(self) -> bool:
        return self.reading.outcome.is_evidence and self.reading.covers is Coverage.LIST


@cache
def platforms() -> dict[str, Platform]:
    return build_platforms(load_settings(needs_store=False))


@cache
def shown() -> tuple[Shown, ...]:
    return tuple(_read(name, file) for name, file in _files())


def _files() -> Iterator[tuple[str, Path]]:
    for folder in sorted((SHARED / "captures").iterdir()):
        name = "feed" if folder.name == "feeds" else folder.name
        yield from ((name, file) for file in sorted(folder.iterdir()) if file.name != "PROVENANCE.md")
    for file in sorted((SHARED / "cases" / "pages").iterdir()):
        named = [name for name in PLATFORMS if name in file.name]
        yield from ((name, file) for name in named[:1])


def _read(platform: str, file: Path) -> Shown:
    body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    alone = platforms()[platform].read([Capture(body=body, status=200, at=NOW)])
    account = an_account(platform, (alone.account.id if alone.account else None) or "1001")
    return Shown(platform, file.name, body, _seen(account, body), account, file.parent.name == "pages")


def an_account(platform: str, account_id: str) -> Account:
    url = "https://feeds.qinghe.example/news.xml" if platform == "feed" else None
    return Account(platform=platform, id=account_id, name="青禾发布", unit="青禾县政府办", url=url)


def _seen(account: Account, *bodies: bytes) -> Reading:
    captures = [Capture(body=body, status=200, at=NOW) for body in bodies]
    return platforms()[account.platform].read(captures, account)


def spoilt(body: bytes) -> Iterator[bytes]:
    """Cut short at many places, in another encoding; what is left of a small answer and of a large one."""
    yield from (body[: len(body) * cut // CUTS] for cut in range(CUTS))
    yield from (body[: len(body) - missing] for missing in (1, 2, 7, 100) if missing < len(body))
    text = body.decode("utf-8", "replace")
    yield from (text.encode(coding, "replace") for coding in ("utf-16", "shift_jis"))


def is_silent(reading: Reading, whole: Reading) -> bool:
    """Whether it would say that nothing came for a week when the whole answer shows otherwise.

    An item without a time was published some time before now, and so tells of no silence.
    """
    if not (reading.outcome.is_evidence and reading.covers is Coverage.LIST):
        return False
    newest = max((post.published_at for post in whole.posts if post.published_at), default=None)
    if newest is None or any(post.published_at is None for post in reading.posts):
        return False
    times = [post.published_at for post in reading.posts if post.published_at and post.published_at <= newest]
    return not times or newest - max(times) >= LONG


def _whole_lists(platform: str, most_bytes: int) -> list[Shown]:
    own = [one for one in shown() if one.platform == platform and one.is_list and not one.is_case]
    return [one for one in own if len(one.body) < most_bytes]


def test_there_is_something_to_read() -> None:
    assert sum(one.is_list for one in shown()) > 20
    assert {one.platform for one in shown()} == set(PLATFORMS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_answer_that_was_cut_short_or_spoilt_shows_an_older_newest_post(platform: str) -> None:
    lists = _whole_lists(platform, 300_000)[:MOST_LISTS]
    wrong = [
        (one.name, len(body))
        for one in lists
        for body in spoilt(one.body)
        if is_silent(_seen(one.account, body), one.reading)
    ]
    assert wrong == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_two_bad_answers_of_one_visit_prove_a_list(platform: str) -> None:
    """A wall beside half a list, a profile beside a notice, an empty list beside a login page..."""
    own = [one for one in shown() if one.platform == platform and len(one.body) < 300_000]
    bad = [one for one in own if not one.is_list]
    account = max((one.account for one in own), key=lambda known: sum(one.account == known for one in own))
    bodies = [*WALLS, *(one.body for one in bad)]
    proved = [
        (first[:40], second[:40])
        for first, second in itertools.product(bodies, repeat=2)
        if (reading := _seen(account, first, second)).outcome.is_evidence and reading.covers is Coverage.LIST
    ]
    assert proved == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_bad_answer_beside_a_spoilt_list_makes_it_an_older_one(platform: str) -> None:
    chance = random.Random(platform)
    lists = _whole_lists(platform, 60_000)
    bad = [
        *WALLS,
        *(one.body for one in shown() if one.platform == platform and not one.is_list and len(one.body) < 60_000),
    ]
    wrong = [
        (one.name, len(body), wall[:40])
        for one in chance.sample(lists, min(4, len(lists)))
        for body, wall in itertools.product(list(spoilt(one.body))[1::2], chance.sample(bad, min(6, len(bad))))
        for pair in ((body, wall), (wall, body))
        if is_silent(_seen(one.account, *pair), one.reading)
    ]
    assert wrong == []


class Saved:
    """The browser's place: shows what it was given."""

    def __init__(self) -> None:
        self.captures: tuple[Capture, ...] = ()

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        return Captured(captures=self.captures, final_url=plan.page)

    def hurry(self, seconds: float) -> None: ...

    def close(self) -> None: ...


def _bad_answers(platform: str) -> list[bytes]:
    own = [one for one in shown() if one.platform == platform and len(one.body) < 300_000]
    cut = [one.body[: len(one.body) // 2] for one in own if one.is_list]
    return [*WALLS, *(one.body for one in own if not one.is_list), *cut]


def _account_of(platform: str) -> Account:
    ids = {"wechat": "MzIyNjMxOTY0NA==", "douyin": f"MS4wLjABAAAA{'x' * 40}", "toutiao": f"MS4wLjABAAAA{'y' * 40}"}
    return an_account(platform, ids.get(platform, "1000001"))


def _silences(store: Store, moments: Sequence[int]) -> list[tuple[str, str]]:
    return sorted(
        {
            (finding.account_id, finding.rule)
            for day in moments
            for finding in held_at(store, NOW + days(day))
            if finding.rule in SILENCE_RULES
        }
    )


@pytest.mark.parametrize("was_seen", [False, True], ids=["never seen before", "seen long ago"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_month_of_nothing_but_bad_answers_accuses_nobody_of_silence(
    platform: str, was_seen: bool, each_store: Store
) -> None:
    account = _account_of(platform)
    each_store.accounts.upsert([account], NOW - days(300))
    analyzer, saved = Analyzer(each_store), Saved()
    own: dict[str, Any] = {"platform": platform, "account_id": account.id}
    if was_seen:
        at = NOW - days(6)
        post = a_post("p1", NOW - days(6.5), observed_at=at, **own)
        analyzer.judge([post, a_probe(at, newest_post_at=post.published_at, post_ids=("p1",), **own)])
    looker = Looker(
        visits=each_store.visits,
        platforms=platforms(),
        visitor=saved,
        metrics=Metrics(),
        clock=lambda: moment,
        watch=ClockWatch(),
    )
    answers = itertools.cycle(_bad_answers(platform))
    for hour in range(0, 30 * 24, 6):
        moment = NOW + timedelta(hours=hour)
        saved.captures = (Capture(body=next(answers), status=200, at=moment),)
        visit = looker.look(account, full=True, renew=lambda: None)
        assert visit.probe.outcome is not Outcome.EMPTY
        analyzer.judge([*visit.posts, visit.probe])
    analyzer.tick(NOW + days(30))
    assert _silences(each_store, range(31)) == []
