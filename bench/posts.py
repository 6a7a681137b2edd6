"""Made-up posts of the usual size for whoever needs many: 1.5 KB as JSON, several to an account."""

import random
from datetime import UTC, datetime, timedelta

from shared.events import Comments, Kind, Post

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
_PLACES = (
    "县政务服务大厅",
    "城东路供水管网",
    "县医院便民门诊",
    "县图书馆",
    "各收购点",
    "四条通村公路",
    "公共租赁住房窗口",
)
_DOINGS = ("本周六照常开放", "今夜检修", "恢复双向通行", "公布价格和咨询方式", "开始受理申请", "延长开放时间")
_ADVICE = ("请群众提前预约", "预计次日六时恢复", "材料清单见政务服务网", "请注意防范，减少户外活动", "请勿携带火种进山")


def make_posts(count: int, accounts: int = 50, seed: int = 7) -> list[Post]:
    """In the order seen: one post of each account a day, published an hour before it was seen."""
    chance = random.Random(seed)  # noqa: S311
    return [
        _post(number, number % accounts, START + timedelta(days=number // accounts), chance) for number in range(count)
    ]


def _post(number: int, account: int, seen: datetime, chance: random.Random) -> Post:
    sentences = [
        f"{chance.choice(_PLACES)}{chance.choice(_DOINGS)}，{chance.choice(_ADVICE)}。"
        for _ in range(chance.randint(12, 24))
    ]
    return Post(
        platform="weibo",
        account_id=str(1_000_000 + account),
        id=str(5_000_000_000_000_000 + number),
        observed_at=seen,
        url=f"https://m.weibo.cn/status/{5_000_000_000_000_000 + number}",
        title=sentences[0],
        text="".join(sentences),
        published_at=seen - timedelta(hours=1),
        pinned=False,
        kind=Kind.ORIGINAL,
        comments=Comments.OPEN,
    )
