"""What each account of the demo ledger is an example of, as posts relative to the moment the demo starts."""

import base64
import csv
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from demo.world import Behaviour, DemoAccount, DemoPost, World

LEDGER = Path(__file__).with_name("ledger.csv")
_PLATFORMS = {"新浪微博": "weibo", "微信公众号": "wechat", "抖音": "douyin", "今日头条": "toutiao", "订阅源": "feed"}

_LINES = (
    "县政务服务大厅本周六照常开放。群众可预约办理社保、不动产登记等事项。",
    "县城东路供水管网今夜检修。请沿线居民提前储水，预计次日六时恢复。",
    "秋粮收购工作有序推进。各收购点已公布价格和咨询方式。",
    "中小学校园开放日将于下周举行。家长可凭通知到校参观。",
    "县医院新增便民门诊。工作日中午不休诊，方便上班族就诊。",
    "乡村道路养护工程完工。四条通村公路恢复双向通行。",
    "县图书馆延长开放时间。每周五、周六开放至二十一时。",
    "大风蓝色预警信息。请注意防范，减少户外活动。",
    "公共租赁住房申请开始受理。申请材料清单见政务服务网。",
    "县人大代表走访社区听取意见。共收到意见建议十二条。",
    "森林防火期正式开始。进山请勿携带火种。",
    "就业服务专场招聘会顺利举办。四十家企业提供岗位六百余个。",
)
# The number below belongs to nobody: 659999 is no county and 000 is never given as a serial; only its form is right.
_LEAK = "临时救助对象名单公示。申请人示例甲，身份证号659999199003070006，公示期七天。"
_GAMBLING = "网上赌场注册送彩金，加群领取投注网址。澳门博彩线上开户，日结提现。"
_MISSPELT = "普法宣传进社区。志愿者宣讲社会主义核心价值关，坚持中国特色社会主意法治道路。"


@dataclass(frozen=True)
class Story:
    """`count` posts, one every `every_days`, the newest `silent_days` before the start."""

    silent_days: float = 0.4
    every_days: float = 1.5
    count: int = 12
    extra: str | None = None
    name: str | None = None
    behaviours: tuple[Behaviour, ...] = ()
    change: Callable[[int, DemoPost], DemoPost] = lambda _, post: post


def _mostly_reposts(number: int, post: DemoPost) -> DemoPost:
    return replace(post, repost=number != 4)


def _second_sells(number: int, post: DemoPost) -> DemoPost:
    return (
        replace(post, goods="青禾示例大米礼盒", text="助农好物限时抢购。点击购物车下单立减。") if number == 1 else post
    )


def _wechat(number: int) -> str:
    return "wechat/" + base64.b64encode(str(3_000_000_000 + number).encode()).decode()


def _douyin(number: int) -> str:
    return f"douyin/MS4wLjABAAAAQingheDemo{number:033d}"


def _toutiao(number: int) -> str:
    return f"toutiao/MS4wLjABAAAAQingheNews{number:033d}"


STORIES = {
    "weibo/1000002": Story(silent_days=12.2),
    "weibo/1000003": Story(change=_mostly_reposts),
    "weibo/1000004": Story(behaviours=(Behaviour.PINNED_OLD,)),
    "weibo/1000005": Story(behaviours=(Behaviour.LOGIN_WALL,)),
    _wechat(2): Story(silent_days=17.3),
    _wechat(3): Story(behaviours=(Behaviour.CAPTCHA,)),
    _wechat(4): Story(extra=_GAMBLING),
    _douyin(2): Story(change=_second_sells),
    _douyin(3): Story(silent_days=130.5, every_days=6),
    _douyin(4): Story(behaviours=(Behaviour.CANCELLED,)),
    _douyin(5): Story(behaviours=(Behaviour.COMMENTS_CLOSED,)),
    _toutiao(2): Story(extra=_MISSPELT),
    _toutiao(3): Story(name="青禾生态环境"),
    _toutiao(4): Story(extra=_LEAK),
    _toutiao(5): Story(silent_days=15.1),
}
"""Accounts not named here are healthy."""


def demo_world(start: datetime) -> World:
    """The world of demo/ledger.csv as of `start`, so that every account is in its state whatever the date is."""
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        return World([_account(row, start) for row in csv.DictReader(file)])


def _account(row: dict[str, str], start: datetime) -> DemoAccount:
    platform = _PLATFORMS[row["平台"]]
    story = STORIES.get(f"{platform}/{row['账号ID']}", Story())
    return DemoAccount(
        platform=platform,
        id=row["账号ID"],
        name=story.name or row["账号名称"],
        unit=row["主办单位"],
        posts=tuple(_posts(story, start - _own_minute(row["主办单位"]))),
        behaviours=frozenset(story.behaviours),
    )


def _own_minute(unit: str) -> timedelta:
    """Offices publish when they publish, not all in the same minute."""
    return timedelta(minutes=zlib.crc32(unit.encode()) % 180)


def _posts(story: Story, start: datetime) -> list[DemoPost]:
    newest = start - timedelta(days=story.silent_days)
    times = [newest - timedelta(days=story.every_days * number) for number in range(story.count)]
    posts = [DemoPost(at=at, text=_LINES[number % len(_LINES)]) for number, at in enumerate(times)]
    if story.extra:
        posts[1] = replace(posts[1], text=story.extra)
    return [story.change(number, post) for number, post in enumerate(posts)]
