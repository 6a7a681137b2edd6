"""api.weixin.qq.com as an owner's programs meet it: tokens, articles a day, what was published by hand, refusals."""

import json
import socket
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.collector.capture import Capture, Captured
from shared.clock import Clock
from tests.fakes.raw_server import head_of

APP, SECRET = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
BIZ = "MzI1MDAwMDAwMQ=="
TOKEN, DAYS, PUBLISHED = "/cgi-bin/stable_token", "/datacube/getarticletotaldetail", "/cgi-bin/freepublish/batchget"


def article(day: date, mid: int, title: str = "青禾要闻", **fields: object) -> dict[str, object]:
    link = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid={mid}&idx=1&sn=x#rd"
    read = [{"stat_date": day.isoformat(), "read_user": 120, "share_user": 3}]
    told = {"ref_date": day.isoformat(), "msgid": f"{mid}_1", "publish_type": 0, "title": title, "content_url": link}
    return told | {"detail_list": read} | fields


class WechatApi:
    """`articles`: by day. `instead`: by path, what is answered in place of the truth. `late`: days without figures."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.articles: dict[date, list[dict[str, object]]] = {}
        self.published: list[dict[str, object]] = []
        self.instead: dict[str, object] = {}
        self.late: set[date] = set()
        self.token = "token-1"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.urls: list[str] = []
        self.status = 200

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def days_asked(self) -> list[str]:
        return [asked["begin_date"] for path, asked in self.asked if path == DAYS]

    def post(self, url: str, body: bytes, hosts: tuple[str, ...]) -> Captured:
        self.urls.append(url)
        path, answer = self.answer(url, body)
        capture = Capture(url=f"https://api.weixin.qq.com{path}", status=self.status, body=answer, at=self.clock())
        return Captured(captures=(capture,))

    def talk(self, connection: socket.socket) -> None:
        """The same over a socket."""
        head = head_of(connection)
        start, _, body = head.partition(b"\r\n\r\n")
        lines = start.split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(65_536)
        _, answer = self.answer(lines[0].split(b" ")[1].decode(), body)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    def answer(self, url: str, body: bytes) -> tuple[str, bytes]:
        parts, asked = urlsplit(url), json.loads(body)
        self.asked.append((parts.path, asked))
        return parts.path, self._bytes(parts.path, parse_qs(parts.query), asked)

    def _bytes(self, path: str, query: dict[str, list[str]], asked: dict[str, Any]) -> bytes:
        told = self.instead.get(path)
        if told is None:
            told = self._truth(path, query, asked)
        return told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()

    def _truth(self, path: str, query: dict[str, list[str]], asked: dict[str, Any]) -> dict[str, object]:
        if path == TOKEN:
            if (asked["appid"], asked["secret"]) != (APP, SECRET):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            return {"access_token": self.token, "expires_in": 7200}
        if query.get("access_token") != [self.token]:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if path == PUBLISHED:
            return {"total_count": 900, "item_count": 1, "item": self.published}
        day = date.fromisoformat(asked["begin_date"])
        if asked["begin_date"] != asked["end_date"]:
            return {"errcode": 61501, "errmsg": "date range error"}
        return {"list": [] if day in self.late else self.articles.get(day, []), "is_delay": day in self.late}
