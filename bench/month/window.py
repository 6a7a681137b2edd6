"""In place of the browser: what each address answers at a moment, in the stand-in's shapes, spoilt by the weather."""

import re
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from bench.month.lives import Item, Life
from bench.month.weather import Spell, Trouble, Weather
from demo.internet import Internet
from demo.web import Answer, Request
from demo.world import Behaviour, DemoAccount, DemoPost, World
from services.collector.capture import Capture, Captured, Plan
from shared.events import Outcome

BRIDGE = "https://bridge.qinghe.example"
CONTROL = f"{BRIDGE}/control"
MOST_LATE = timedelta(hours=12)
"""A bridge shows an item so much later, each account's always by the same."""
_FAILURES = {
    Trouble.TIMEOUT: (Outcome.TIMEOUT, "页面打开超时"),
    Trouble.CRASH: (Outcome.CRASH, "浏览器异常退出"),
    Trouble.NETWORK: (Outcome.NETWORK, "网络不通"),
}
_BEHAVIOURS = {
    Trouble.CAPTCHA: Behaviour.CAPTCHA,
    Trouble.LOGIN_WALL: Behaviour.LOGIN_WALL,
    Trouble.REFUSED: Behaviour.HTTP_403,
    Trouble.ALL_GONE: Behaviour.CANCELLED,
    Trouble.TRUNCATED: Behaviour.TRUNCATED,
    Trouble.EMPTY: Behaviour.EMPTY,
}
_LINES = (
    "县政务服务大厅本周六照常开放。群众可预约办理社保、不动产登记等事项。",
    "县城东路供水管网今夜检修。请沿线居民提前储水，预计次日六时恢复。",
    "秋粮收购工作有序推进。各收购点已公布价格和咨询方式。",
    "县医院新增便民门诊。工作日中午不休诊，方便上班族就诊。",
)
_HOUR = timedelta(hours=1)
_MANY = 2_000
_SHELL = "<html><head><title>加载中</title></head><body><div id='app'></div></body></html>".encode()


class Window:
    """The collector's `Visitor`. `now`: the right time; `clock`: ours, which may be wrong."""

    def __init__(
        self, lives: Sequence[Life], weather: Weather, now: Callable[[], datetime], clock: Callable[[], datetime]
    ) -> None:
        self._lives = {life.account.key: life for life in lives}
        self._by_name = {life.account.id: life for life in lives}
        self._weather = weather
        self._now = now
        self._clock = clock

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...], full: bool = False) -> Captured:
        now = self._now()
        if (spell := self._weather.at("us", now)) and spell.trouble in _FAILURES:
            return self._failed(spell.trouble)
        if not plan.page and plan.fetch[0].startswith(BRIDGE):
            return self._bridge(plan.fetch[0], now)
        return self._platform(platform, plan, now, full)

    def hurry(self, seconds: float) -> None: ...

    def close(self) -> None: ...

    def _platform(self, platform: str, plan: Plan, now: datetime, full: bool) -> Captured:
        spell = self._weather.at(platform, now)
        if spell and spell.trouble in _FAILURES:
            return self._failed(spell.trouble)
        light = bool(plan.fetch) and not full
        addresses = list(plan.fetch) if light or not plan.page else [plan.page, *_asked_by(platform, plan)]
        answers = [(address, self._answer(platform, address, now, spell)) for address in addresses[:1]]
        if light or b"fetch(" in answers[0][1].body:
            # A notice in place of the account's page has no script that asks for more.
            answers += [(address, self._answer(platform, address, now, spell)) for address in addresses[1:]]
        if spell and spell.trouble is Trouble.HALF_VISIT and len(answers) > 1:
            answers = answers[:-1]
        captures = tuple(self._capture(address, answer) for address, answer in answers)
        offset = self._clock() - now
        return Captured(captures=captures, final_url=plan.page or addresses[0], light=light, clock_offset=offset)

    def _answer(self, platform: str, address: str, now: datetime, spell: Spell | None) -> Answer:
        request = _request(address)
        key = next((key for key in self._lives if key.startswith(f"{platform}/") and self._is_of(key, address)), None)
        account = self._as_shown(self._lives[key], address, now, spell) if key else None
        internet = Internet(World([account] if account else []))
        answer = internet.answer(request)
        if answer is not None and (there := answer.headers.get("Location")):
            answer = internet.answer(_request(urllib.parse.urljoin(address, there)))
        found = answer or Answer(status=404)
        if spell and spell.trouble is Trouble.NEW_LAYOUT:
            return _in_new_layout(found)
        return replace(found, body=found.body[: found.cut_at]) if found.cut_at is not None else found

    def _is_of(self, key: str, address: str) -> bool:
        account = self._lives[key].account
        return address == account.url if account.url else account.id in urllib.parse.unquote(address)

    def _as_shown(self, life: Life, address: str, now: datetime, spell: Spell | None) -> DemoAccount:
        behaviours = {_BEHAVIOURS[spell.trouble]} if spell and spell.trouble in _BEHAVIOURS else set()
        if life.is_gone(now):
            behaviours = {Behaviour.CANCELLED}
        if life.bridged:
            behaviours.add(Behaviour.LOGIN_WALL)
        items = life.shown(now)[:_MANY]
        if "/aweme/post" in address:
            items = [one for one in items if not one.hidden]
        posts = [_post(one) for one in items]
        if life.pinned:
            old = DemoPost(at=life.items[0].at.replace(year=2024), text="置顶：办事指南。长期有效。", pinned=True)
            posts = [old] if spell and spell.trouble is Trouble.FIRST_ONLY else [*posts, old]
        elif spell and spell.trouble is Trouble.FIRST_ONLY:
            posts = posts[:1]
        account = life.account
        return DemoAccount(
            account.platform, account.id, account.name, account.unit, tuple(posts), frozenset(behaviours)
        )

    def _capture(self, address: str, answer: Answer) -> Capture:
        return Capture(
            url=address,
            status=answer.status,
            headers={"content-type": answer.content_type},
            body=answer.body,
            at=self._clock(),
        )

    def _bridge(self, address: str, now: datetime) -> Captured:
        spell = self._weather.at("bridge", now)
        if spell and spell.trouble is Trouble.BRIDGE_DOWN:
            return self._failed(Trouble.NETWORK)
        name = address.rpartition("/")[2]
        as_of = spell.since if spell else now
        if name in self._by_name:
            as_of -= MOST_LATE * (sum(map(ord, name)) % 10 / 10)
        if name == "control":
            times = [as_of - (as_of - datetime.min.replace(tzinfo=as_of.tzinfo)) % _HOUR - _HOUR * n for n in range(20)]
        elif name in self._by_name:
            times = [one.at for one in self._by_name[name].shown(as_of)[:20]]
        else:
            return Captured(captures=(self._capture(address, Answer(status=404)),), final_url=address)
        answer = Answer(_rss(name, times, now), content_type="application/rss+xml")
        return Captured(captures=(self._capture(address, answer),), final_url=address, clock_offset=self._clock() - now)

    @staticmethod
    def _failed(trouble: Trouble) -> Captured:
        outcome, reason = _FAILURES[trouble]
        return Captured(failure=outcome, reason=reason)


def _post(item: Item) -> DemoPost:
    number = int(item.at.timestamp())
    return DemoPost(at=item.at, text=f"{_LINES[number % len(_LINES)]}（第{number % 99_991}期）")


def _request(address: str) -> Request:
    parts = urllib.parse.urlsplit(address)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    return Request("GET", parts.hostname or "", parts.path, query, cookies={"SUB": "_2A"})


def _asked_by(platform: str, plan: Plan) -> list[str]:
    """What the page's own script asks for."""
    page = plan.page or ""
    name = page.rstrip("/").rpartition("/")[2]
    if platform == "douyin":
        web = "https://www.douyin.com/aweme/v1/web"
        asked = f"sec_user_id={name}&a_bogus=x"
        return [f"{web}/user/profile/other/?{asked}", f"{web}/aweme/post/?{asked}&max_cursor=0"]
    if platform == "toutiao":
        return [f"https://www.toutiao.com/api/pc/list/user/feed?category=profile_all&token={name}&a_bogus=x"]
    return list(plan.fetch)


def _in_new_layout(answer: Answer) -> Answer:
    if answer.is_page:
        return replace(answer, body=_SHELL)
    return replace(answer, body=re.sub(rb'"(\w+)":', rb'"\1_v2":', answer.body))


def _rss(name: str, times: Sequence[datetime], now: datetime) -> bytes:
    items = "".join(
        f"<item><title>{name}的第{at:%j%H%M}条消息</title><link>{BRIDGE}/{name}/{at:%Y%m%d%H%M%S}</link>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for at in times
    )
    head = f'<rss version="2.0"><channel><title>{name}</title><lastBuildDate>{format_datetime(now)}</lastBuildDate>'
    return f"{head}{items}</channel></rss>".encode()
