"""The stand-in with pages as heavy as the platforms' own, in a process of its own so that its CPU is nobody's."""

import base64
import gzip
import hashlib
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from urllib.parse import parse_qs

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request
from demo.world import DemoAccount, DemoPost, World
from shared.account import Account
from shared.clock import utc_now

ACCOUNTS = 60
POSTS = 18
PICTURES = 12
ARTICLES = 8
ARTICLE_BYTES = 2_000_000
_PICTURE_BYTES = 80_000
_TEXT = "县政务服务大厅本周六照常开放。群众可预约办理社保、不动产登记等事项。" * 4

# 300 KB of script that is compiled and run, then 20 cards drawn, as a page built by a framework does at its start.
_SCRIPT = "".join(
    f"function part{n}(x){{const y=[x,{n},x*{n}%97];return y.map(z=>z*31+{n}).reduce((a,b)=>a+b,{n})%{n + 7}}}\n"
    for n in range(2800)
) + (
    f"let sum=0;for(let r=0;r<4;r++)sum+=[{','.join(f'part{n}' for n in range(2800))}].reduce((a,f)=>f(a),r);"
    "addEventListener('DOMContentLoaded',()=>{for(let c=0;c<20;c++){const d=document.createElement('section');"
    "d.innerHTML='<div class=a><span>'.repeat(8)+sum;document.body.append(d);d.getBoundingClientRect()}});"
)


def _scrambled(number: int) -> str:
    return f"u{hashlib.sha256(str(number).encode()).hexdigest()[:24]}"


# What stands in an article's own page: programs that are compiled and mostly never called.
_BUNDLE = "".join(
    f"function {_scrambled(n)}(x){{const y=[x,{n},x*{n}%97];"
    f"return y.map(z=>z*31+{n}).reduce((a,b)=>a+b,{n})%{n + 7}}}\n"
    for n in range(ARTICLE_BYTES // 120)
)
_STYLE = "".join(f".a{n} .b{n}>span{{margin:{n % 9}px;color:#{n:06x};padding:{n % 7}px}}\n" for n in range(1000))
_MARKUP = "".join(f"<div class=a{n}><p class=b{n}><span>第{n}段</span></p></div>" for n in range(1000))
_FOREVER = {"Cache-Control": "max-age=86400"}


@dataclass(frozen=True)
class Site:
    """Where the site is reached; `pid` is its process."""

    proxy: str
    spki: str
    pid: int


@contextmanager
def site() -> Iterator[Site]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="bench-site")
    process.start()
    try:
        proxy, spki = ours.recv()
        yield Site(proxy, spki, process.pid or 0)
    finally:
        ours.send(None)
        process.join()


def accounts(platform: str) -> list[Account]:
    return [
        Account(platform=platform, id=_id(platform, n), name=f"青禾第{n}", unit="青禾县示例局") for n in range(ACCOUNTS)
    ]


def articles() -> list[Account]:
    """One of each account, whose address the ledger names."""
    given = [
        ("wechat", base64.b64encode(str(3_000_000_000 + n).encode()).decode(), 2_650_000_000 + n)
        for n in range(ARTICLES)
    ]
    return [
        Account(
            platform=platform,
            id=biz,
            name=f"青禾第{mid % 100}",
            unit="青禾县示例局",
            url=f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx=1&sn={mid:032x}",
        )
        for platform, biz, mid in given
    ]


class HeavyInternet(Internet):
    """About 60 KB of HTML, 300 KB of script and 50 KB of styles, kept by a cache, and a page's own 12 pictures."""

    def answer(self, request: Request) -> Answer | None:
        if request.path == "/static/bench.js":
            return Answer(_SCRIPT.encode(), content_type="text/javascript; charset=utf-8", headers=_FOREVER)
        if request.path == "/static/bench.css":
            return Answer(_STYLE.encode(), content_type="text/css", headers=_FOREVER)
        if request.path.startswith("/static/picture-"):
            return Answer(_noise(request.path), content_type="image/jpeg", headers=_FOREVER)
        answer = super().answer(request)
        if answer and request.path == "/s":
            return _packed(_heavier(_bundled(answer), request))
        return _heavier(answer, request) if answer and answer.is_page and answer.status == 200 else answer


def _bundled(answer: Answer) -> Answer:
    return replace(answer, body=answer.body.replace(b"<body>", f"<body><script>{_BUNDLE}</script>".encode(), 1))


def _packed(answer: Answer) -> Answer:
    """As the platform sends its articles: a quarter of their bytes."""
    return replace(answer, body=gzip.compress(answer.body, 6), headers={**answer.headers, "Content-Encoding": "gzip"})


def _heavier(answer: Answer, request: Request) -> Answer:
    head = '<link rel="stylesheet" href="/static/bench.css"><script src="/static/bench.js"></script></head>'
    owner = hashlib.sha256(request.path.encode()).hexdigest()[:12]
    pictures = "".join(f'<img src="/static/picture-{owner}-{n}.jpg" alt="">' for n in range(PICTURES))
    body = answer.body.replace(b"</head>", head.encode(), 1)
    return replace(answer, body=body.replace(b"<img", f"{_MARKUP}{pictures}<img".encode(), 1))


def _noise(seed: str) -> bytes:
    return hashlib.shake_128(seed.encode()).digest(_PICTURE_BYTES)


def _id(platform: str, number: int) -> str:
    return str(1_000_000 + number) if platform == "weibo" else f"MS4wLjABAAAAQingheBench{number:032d}"


def _serve(pipe: Connection) -> None:
    now = utc_now()
    posts = tuple(DemoPost(at=now - timedelta(hours=5 * n + 1), text=f"{_TEXT}第{n}条。") for n in range(POSTS))
    known = [
        DemoAccount(account.platform, account.id, account.name, account.unit, posts)
        for platform in ("weibo", "douyin")
        for account in accounts(platform)
    ]
    for account in articles():
        article = DemoPost(at=now - timedelta(hours=1), text=_TEXT * 5, id=parse_qs(account.url or "")["mid"][0])
        known.append(DemoAccount("wechat", account.id, account.name, account.unit, (article,)))
    with Proxy(HeavyInternet(World(known))) as proxy:
        pipe.send((proxy.url, proxy.spki))
        pipe.recv()
