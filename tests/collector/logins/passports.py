"""The four platforms' logins, as far as a browser can tell: a page with a QR code that asks how far the phone is."""

import base64
import json
import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from demo.internet import Internet
from demo.web import Answer, Request, as_json, as_page, not_found
from demo.world import World

TOKEN = "1234567"
SMS_CODE = "246810"


@dataclass(frozen=True)
class Passport:
    """`polls`: where the page asks. `code`: how the page draws its QR code; `{src}` is its picture. `opener`: what has
    to be pressed before."""

    page: tuple[str, str]
    poll: str
    code: str
    opener: str = ""
    proof: tuple[str, str] = ("", "")
    logged_in: Any = None
    logged_out: Any = None
    home: str = ""
    domain: str = ""


PASSPORTS = {
    "weibo": Passport(
        page=("passport.weibo.com", "/sso/signin"),
        poll="https://passport.weibo.com/sso/v2/qrcode/check?qrid=1&rid=x&ver=2",
        code='<img class="w-full h-full" src="{src}">',
        proof=("m.weibo.cn", "/api/config"),
        logged_in={"ok": 1, "data": {"login": True, "uid": "7"}},
        logged_out={"ok": 1, "data": {"login": False}},
        home="https://m.weibo.cn/home",
    ),
    "douyin": Passport(
        page=("www.douyin.com", "/"),
        poll="https://login.douyin.com/passport/web/check_qrconnect/?aid=6383",
        code='<div id="login-panel-new"><div id="animate_qrcode_container"><img src="{src}"></div></div>',
        opener="登录",
        proof=("www.douyin.com", "/passport/account/info/v2/"),
        logged_in={"data": {"user_id": 7300000000000000001}, "message": "success"},
        logged_out={"data": {"error_code": 13, "description": "会话过期"}, "message": "error"},
        home="https://www.douyin.com/user/self",
    ),
    "toutiao": Passport(
        page=("mp.toutiao.com", "/auth/page/login"),
        poll="https://sso.toutiao.com/check_qrconnect/?token=t&service=s",
        code='<div class="web-login-qrcode"><img aria-label="二维码" src="{src}"></div>',
        opener="扫码登录",
        proof=("mp.toutiao.com", "/mp/agw/media/user_login_status_api"),
        logged_in={"data": {"is_login": True}},
        logged_out={"data": {"is_login": False}},
        home="https://mp.toutiao.com/profile_v4/index",
    ),
    "wechat": Passport(
        page=("mp.weixin.qq.com", "/"),
        poll="https://mp.weixin.qq.com/cgi-bin/scanloginqrcode?action=ask&f=json",
        code='<img class="login__type__container__scan__qrcode" src="{src}">',
        proof=("mp.weixin.qq.com", "/cgi-bin/switchacct"),
        logged_in={"base_resp": {"ret": 0}},
        logged_out={"base_resp": {"ret": 200003}},
        home=f"https://mp.weixin.qq.com/cgi-bin/home?t=home/index&lang=zh_CN&token={TOKEN}",
    ),
}


@dataclass
class LoginSite(Internet):
    """`answers`: of the polls, one after the other, the last for ever. After one in `done` the browser is logged in.
    `script`: what the page runs besides."""

    platform: str
    answers: Sequence[Any]
    done: Any
    words: str = ""
    script: str = ""
    takes_code: bool = False
    lets_in: bool = True
    asked: int = 0
    pages: int = 0
    seen_codes: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(World([]))
        self.passport = PASSPORTS[self.platform]

    def knows(self, host: str) -> bool:
        return True

    def answer(self, request: Request) -> Answer:
        passport = self.passport
        self.hosts.add(request.host)
        here = (request.host, request.path)
        if here == passport.page:
            self.pages += 1
            return self._page()
        if here == passport.proof:
            return as_json(passport.logged_in if request.cookies.get("logged") == "in" else passport.logged_out)
        if f"https://{request.host}{request.path}" == passport.poll.partition("?")[0]:
            return self._poll()
        if request.path == "/sms":
            self.seen_codes.append(request.query.get("code", ""))
            return as_json({})
        if passport.home.partition("?")[0] == f"https://{request.host}{request.path}":
            cookie = "logged=in; Path=/; HttpOnly" if self.lets_in else "visitor=1; Path=/"
            home = as_page("首页", "<p>已登录</p>")
            return replace(home, headers={"Set-Cookie": cookie})
        return not_found()

    def passport_says(self, state: Any) -> bytes:
        """Of who comes with this storage state."""
        host, path = self.passport.proof
        mine = {one["name"]: one["value"] for one in state["cookies"] if one["domain"].lstrip(".") == host}
        return self.answer(Request("GET", host, path, cookies=mine)).body

    def _poll(self) -> Answer:
        if self.takes_code and self.asked and not self.seen_codes:
            return self._said(self.answers[0])
        said = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return self._said(said)

    def _said(self, said: Any) -> Answer:
        allowed = {"Access-Control-Allow-Origin": f"https://{self.passport.page[0]}"}
        return replace(as_json(said), headers=allowed)

    def _page(self) -> Answer:
        src = png_of(a_grid(self.pages))
        body = f'<div id="panel" hidden>{self.passport.code.format(src=src)}</div><p>{self.words}</p>'
        if self.takes_code:
            body += '<div><input placeholder="请输入验证码"><button onclick="send()">验证</button></div>'
        script = _PAGE % {"poll": self.passport.poll, "done": json.dumps(self.done), "home": self.passport.home}
        script += self.script
        if self.passport.opener:
            return as_page("登录", body + f'<button onclick="show()">{self.passport.opener}</button>', script)
        return as_page("登录", body, script + "show();")


_PAGE = """
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
function show() {
  document.querySelector("#panel").hidden = false;
  setInterval(async () => {
    const said = await (await fetch("%(poll)s")).json();
    if (same(said, %(done)s)) location.replace("%(home)s");
  }, 150);
}
function send() { fetch("/sms?code=" + document.querySelector("input").value); }
"""


def a_grid(seed: int, side: int = 29) -> tuple[tuple[bool, ...], ...]:
    """Finder patterns in three corners, and anything between."""
    chance = random.Random(seed)
    grid = [[chance.random() < 0.5 for _ in range(side)] for _ in range(side)]
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        for row in range(-1, 8):
            for column in range(-1, 8):
                y, x = top + row, left + column
                if 0 <= y < side and 0 <= x < side:
                    ring = max(abs(row - 3), abs(column - 3))
                    grid[y][x] = ring in (0, 1, 3)
    return tuple(map(tuple, grid))


def png_of(grid: Sequence[Sequence[bool]], module: int = 6, margin: int = 4) -> str:
    """A data URI: what a platform draws, quiet zone and all."""
    return f"data:image/png;base64,{base64.b64encode(png_bytes(grid, module, margin)).decode()}"


def png_bytes(grid: Sequence[Sequence[bool]], module: int, margin: int) -> bytes:
    side = (len(grid) + 2 * margin) * module
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            row, column = y // module - margin, x // module - margin
            inside = 0 <= row < len(grid) and 0 <= column < len(grid)
            rows.append(0 if inside and grid[row][column] else 255)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
