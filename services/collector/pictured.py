"""The values of a picture: what a person reads on its bar, and what was made. Knows no browser."""

from collections.abc import Callable
from datetime import datetime
from html import escape
from unicodedata import category

from pydantic import ConfigDict, Field

from services.collector.capture import Capture
from shared.clock import to_shanghai
from shared.events import Value

MAX_PICTURE_HEIGHT = 12_000
"""CSS pixels of the page: a dozen screens. Longer pages are cut, and the bar says so."""
_MAX_URL = 300


class Opened(Value):
    """The page that the picture shows. `at`: moment of the picture (UTC); `document`: its last HTML as received."""

    url: str
    at: datetime
    document: Capture | None = None


class Caption(Value):
    """What the bar says of the account and of the look, besides the time and the address of the page itself."""

    account: str
    platform: str
    account_id: str
    unit: str
    outcome: str


Captioning = Callable[[Opened], Caption]


class Picture(Value):
    """`jpeg` is null where none could be made; then `note` says why, in Chinese. Else `note` tells what it lacks."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    jpeg: bytes | None = Field(default=None, repr=False)
    thumbnail: bytes | None = Field(default=None, repr=False)
    """The upper part, smaller, of at most 300 kB, for a mail or a robot."""
    note: str | None = None
    opened: Opened | None = None


def no_picture(note: str) -> Picture:
    return Picture(note=note)


def bar_lines(opened: Opened, asked: str, caption: Caption, note: str | None) -> tuple[str, ...]:
    """The bar in words, top to bottom."""
    moment = to_shanghai(opened.at).strftime("%Y年%m月%d日 %H:%M:%S")
    moved = f"（打开的是 {_shortened(asked)}，页面转到了上面的网址）" if _page(opened.url) != _page(asked) else ""
    lines = (
        f"巡检留证　北京时间 {moment}　核查结果：{caption.outcome}",
        f"账号：{caption.account}　平台：{caption.platform}（{caption.account_id}）　单位：{caption.unit}",
        f"网址：{_shortened(opened.url)}",
        moved,
        f"说明：{note}" if note else "",
    )
    return tuple(plain(line) for line in lines if line)


def plain(text: str) -> str:
    """Without signs that are not seen or turn the writing round: a name cannot rewrite the bar."""
    return "".join(sign for sign in text if category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def frame_html(lines: tuple[str, ...], image: str, width: int, height: int) -> str:
    """The page that is photographed: the bar above, the shot (a data address) within a frame of the bar's colour."""
    words = "".join(f"<p><bdi>{escape(line)}</bdi></p>" for line in lines)
    return (
        '<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><style>'
        "*{margin:0;padding:0;box-sizing:border-box}body{background:#17324d;display:inline-block}"
        f"header{{width:{width + 40}px;padding:18px 24px 14px;color:#fff;font:24px/1.5 sans-serif}}"
        "p{overflow-wrap:anywhere;max-height:4.5em;overflow:hidden}p:first-child{font-weight:bold;font-size:28px}"
        f"img{{display:block;width:{width}px;height:{height}px;margin:0 20px 20px;background:#fff}}"
        f'</style><header>{words}</header><img src="{image}" alt="">'
    )


def _shortened(url: str) -> str:
    return url if len(url) <= _MAX_URL else f"{url[:_MAX_URL]}…"


def _page(url: str) -> str:
    return url.partition("#")[0].partition("://")[2].rstrip("/")
