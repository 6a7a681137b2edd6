"""Ten accounts as the services themselves leave them: judged by the real judge, in a small store of their own."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from services.analyzer.copies import keep_sketches
from services.analyzer.coverage import Timer
from services.analyzer.in_force import Rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from services.analyzer.rulebook import load_rulebook
from shared.account import Account
from shared.events import Clause, Finding, FindingStatus, Outcome, Post, Probe, Severity
from shared.runtime.metrics import Metrics
from shared.runtime.settings import Settings
from shared.storage.store import Store

SAMPLES = 10
PROBES, POSTS, CLOSED_FINDINGS = 20, 20, 10
"""To an account."""

_EVERY = timedelta(hours=12)
_POST_EVERY, _UNTIL_SHOWN = timedelta(days=1), timedelta(minutes=10)
_SKETCHES_KEPT = timedelta(days=Settings.model_fields["sketch_days"].default)
_AT_ONCE = 200
_WORDS = (
    "政务 服务 大厅 照常 开放 群众 提前 材料 清单 道路 施工 恢复 通行 图书馆 讲座 社区 "
    "志愿 活动 农田 水利 灌溉 检修 供水 管网 学校 开学 校园 安全 检查 医院 门诊 时间 "
    "公交 线路 调整 天气 降温 防寒 森林 巡护 河道 清理 垃圾 分类 老人 食堂 就餐 博物馆 "
    "展览 青年 创业 培训 果园 采摘 收成 环境 监测 空气 质量 文化 演出 体育 比赛 夜间 "
    "照明 广场 绿化"
)


def text_of(number: int) -> str:
    """About 150 characters without sense: words in another order each time, since texts alike would be copies."""
    words = random.Random(number).sample(_WORDS.split(), 56)  # noqa: S311
    return "。".join("".join(words[first : first + 8]) for first in range(0, 56, 8)) + "。"


def sample_id(number: int) -> str:
    """A text that stands nowhere else."""
    return f"sample{number:04}"


def sample_account(number: int) -> Account:
    return Account(platform="weibo", id=sample_id(number), name=f"青禾发布{number}", unit=f"青禾县第{number}局")


def fill(store: Store, now: datetime, posts: int = POSTS) -> None:
    """Of ten accounts one is overdue, one nearly so, one could not be looked at lately, the others are in order.

    Each published `posts` items, one a day. Those before the last twenty left rows and no finding.
    """
    accounts = [sample_account(number) for number in range(SAMPLES)]
    store.accounts.upsert(accounts, now - timedelta(days=60))
    matters = Matters(Rulebooks(load_rulebook()), Metrics())
    judge = Judge(store.judgements, matters)
    for number, account in enumerate(accounts):
        _write_earlier(store, account, posts - POSTS, _first_published(number, now))
        judge.judge(list(_history(number, account, now)))
        _close_some(store, account, now)
    Timer.over(store, matters, "bench").tick(now)
    store.judgements.mark_told(store.judgements.untold())


def probe_of(account_id: str, at: datetime, newest: datetime, outcome: Outcome = Outcome.OK) -> Probe:
    return Probe(platform="weibo", account_id=account_id, at=at, outcome=outcome, newest_post_at=newest)


def post_of(account_id: str, number: int, published_at: datetime, observed_at: datetime) -> Post:
    return Post(
        platform="weibo",
        account_id=account_id,
        id=f"{5_000_000_000_000_000 + number}",
        observed_at=observed_at,
        url=f"https://m.weibo.cn/status/{5_000_000_000_000_000 + number}",
        title="县政务服务大厅照常开放",
        text=text_of(int(sha256(f"{account_id}/{number}".encode()).hexdigest()[:8], 16)),
        published_at=published_at,
    )


def _newest_published(number: int, now: datetime) -> datetime:
    return now - timedelta(days={7: 20, 8: 11}.get(number, 1), hours=1)


def _first_published(number: int, now: datetime) -> datetime:
    return _newest_published(number, now) - (POSTS - 1) * _POST_EVERY


def _write_earlier(store: Store, account: Account, count: int, before: datetime) -> None:
    """What was stored before the items that are judged: each with its probe, and the sketches that are still kept."""
    moments = [before - number * _POST_EVERY for number in range(count, 0, -1)]
    posts = [post_of(account.id, POSTS + place, at, at + _UNTIL_SHOWN) for place, at in enumerate(moments)]
    for start in range(0, count, _AT_ONCE):
        some = posts[start : start + _AT_ONCE]
        with store.judgements.judging() as judging:
            judging.observed.add_posts(some)
            moments_shown = [post.observed_at for post in some]
            judging.observed.add_probes([probe_of(account.id, at, at - _UNTIL_SHOWN) for at in moments_shown])
            recent = [post for post in some if post.observed_at > before + POSTS * _POST_EVERY - _SKETCHES_KEPT]
            keep_sketches(judging, recent)
            judging.sketches.compared([post.fingerprint for post in recent])


def _history(number: int, account: Account, now: datetime) -> Iterator[Post | Probe]:
    newest = _newest_published(number, now)
    first_at = now - timedelta(hours=2) - (PROBES - 1) * _EVERY
    for post in range(POSTS):
        published = _first_published(number, now) + post * _POST_EVERY
        yield post_of(account.id, post, published, max(first_at, published + _UNTIL_SHOWN))
    for visit in range(PROBES):
        failed = number == 9 and visit >= PROBES - 6
        outcome = Outcome.BLOCKED if failed else Outcome.OK
        yield probe_of(account.id, first_at + visit * _EVERY, newest, outcome)


def _close_some(store: Store, account: Account, now: datetime) -> None:
    with store.judgements.judging() as judging:
        for number in range(CLOSED_FINDINGS):
            finding = _old_finding(account, number, now)
            judging.open(finding)
            judging.close(finding, finding.at + timedelta(days=1), FindingStatus.RESOLVED)


def _old_finding(account: Account, number: int, now: datetime) -> Finding:
    return Finding(
        platform=account.platform,
        account_id=account.id,
        rule="sensitive_word",
        indicator="U-09",
        severity=Severity.REMINDER,
        subject=f"old{number}",
        at=now - timedelta(days=50 - number),
        sentence="文中出现不规范表述，请核实。",
        clause=Clause(document="国办秘函〔2019〕19号", words="严重表述错误"),
        measured="1处",
        threshold="0处",
        window="本条",
        rulebook_version="cn@2026.1",
    )
