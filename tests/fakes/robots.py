"""DingTalk, WeCom and Feishu robots as strict as the real ones are said to be: signature, size, rate, always HTTP 200."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qs

from tests.fakes.http_server import FakeServer, Reply, Request, said

_HOUR = 3600


class Rate:
    """At most `count` in `period`; when exceeded, shut for `penalty`."""

    def __init__(self, count: int, period: timedelta, penalty: timedelta = timedelta()) -> None:
        self.count, self.period, self.penalty = count, period, penalty
        self.times: list[datetime] = []
        self.shut_until: datetime | None = None
        self.exceeded = 0

    def allows(self, now: datetime) -> bool:
        if self.shut_until is not None and now < self.shut_until:
            return False
        self.times = [time for time in self.times if now - time < self.period]
        if len(self.times) >= self.count:
            self.exceeded += 1
            self.shut_until = now + self.penalty
            return False
        self.times.append(now)
        return True


class FakeDingTalk(FakeServer):
    token, secret = "dd-token-0123456789", "SEC-dd-secret-0123456789"

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.keyword: str | None = None
        self.rate = Rate(20, timedelta(minutes=1), timedelta(minutes=10))

    def answer(self, request: Request) -> Reply:
        query = parse_qs(request.query, strict_parsing=True)
        body = json.loads(request.body)
        if request.path != "/robot/send" or query.get("access_token") != [self.token]:
            return said({"errcode": 300001, "errmsg": "token is not exist"})
        if not self._signed(query):
            return said({"errcode": 310000, "errmsg": "sign not match"})
        if self.keyword and self.keyword not in body["text"]["content"]:
            return said({"errcode": 310000, "errmsg": "keywords not in content"})
        if len(request.body) > 20_000:
            return said({"errcode": 460101, "errmsg": "message too long"})
        if not self.rate.allows(self.now):
            return said({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
        assert body["msgtype"] == "text"
        assert body.get("at", {}).get("isAtAll") is not True
        assert not body.get("at", {}).get("atMobiles")
        self.texts.append(body["text"]["content"])
        return said({"errcode": 0, "errmsg": "ok"})

    def _signed(self, query: dict[str, list[str]]) -> bool:
        (timestamp,) = query.get("timestamp", ["0"])
        digest = hmac.new(self.secret.encode(), f"{timestamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        right = base64.b64encode(digest).decode()
        near = abs(int(timestamp) / 1000 - self.now.timestamp()) < _HOUR
        return near and query.get("sign") == [right]


class FakeWeCom(FakeServer):
    key = "wecom-key-0123456789"

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.images: list[bytes] = []
        self.mentions: list[str] = []
        self.rate = Rate(20, timedelta(minutes=1))

    def answer(self, request: Request) -> Reply:
        if request.path != "/cgi-bin/webhook/send" or parse_qs(request.query).get("key") != [self.key]:
            return said({"errcode": 93000, "errmsg": "invalid webhook url"})
        body = json.loads(request.body)
        if body["msgtype"] == "image":
            return self._image(body["image"])
        text = body["text"]["content"]
        if len(text.encode()) > 2048:
            return said({"errcode": 40058, "errmsg": "text.content exceed max length 2048"})
        if not self.rate.allows(self.now):
            return said({"errcode": 45009, "errmsg": "api freq out of limit"})
        self.mentions += re.findall(r"<@[^>]*>", text) + body["text"].get("mentioned_list", [])
        self.texts.append(text)
        return said({"errcode": 0, "errmsg": "ok"})

    def _image(self, image: dict[str, str]) -> Reply:
        body = base64.b64decode(image["base64"], validate=True)
        if hashlib.md5(body, usedforsecurity=False).hexdigest() != image["md5"]:
            return said({"errcode": 301019, "errmsg": "media file md5 not match"})
        if len(body) > 2 << 20:
            return said({"errcode": 40009, "errmsg": "invalid image size"})
        self.images.append(body)
        return said({"errcode": 0, "errmsg": "ok"})


class FakeFeishu(FakeServer):
    """Its robot, and the two endpoints of its open platform by which an app uploads a picture."""

    token, secret = "feishu-token-0123456789", "feishu-secret-0123456789"
    app_id, app_secret, app_token = "cli_0123456789", "app-secret-0123456789", "t-app-token-0123456789"

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.images: list[bytes] = []
        self.held: dict[str, bytes] = {}
        self.may_upload = True
        self.mentions: list[str] = []
        self.minute = Rate(100, timedelta(minutes=1))
        self.second = Rate(5, timedelta(seconds=1))

    def answer(self, request: Request) -> Reply:
        if request.path == "/open-apis/auth/v3/tenant_access_token/internal":
            return self._log_in(json.loads(request.body))
        if request.path == "/open-apis/im/v1/images":
            return self._take(request)
        if request.path != f"/open-apis/bot/v2/hook/{self.token}":
            return said({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        if len(request.body) > 20 * 1024:
            return said({"code": 9499, "msg": "Bad Request: body too large"})
        body = json.loads(request.body)
        if not self._signed(body):
            return said({"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"})
        if not (self.second.allows(self.now) and self.minute.allows(self.now)):
            return said({"code": 11232, "msg": "frequency limited"})
        if body["msg_type"] == "image":
            return self._show(body["content"]["image_key"])
        post = body["content"]["post"]["zh_cn"]
        parts = [part for line in post["content"] for part in line]
        self.mentions += [part["user_id"] for part in parts if part["tag"] == "at"]
        text = "".join(part["text"] for part in parts if part["tag"] == "text")
        self.mentions += re.findall(r"<at [^>]*>", text + post["title"])
        self.texts.append(f"{post['title']}\n{text}")
        return said({"code": 0, "msg": "success", "data": {}})

    def _log_in(self, body: dict[str, str]) -> Reply:
        if body != {"app_id": self.app_id, "app_secret": self.app_secret}:
            return said({"code": 10014, "msg": "app secret invalid"}, 400)
        return said({"code": 0, "msg": "ok", "tenant_access_token": self.app_token, "expire": 7140})

    def _take(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != f"Bearer {self.app_token}":
            return said({"code": 99991663, "msg": "Invalid access token for authorization"}, 400)
        if not self.may_upload:
            return said({"code": 99991672, "msg": "Access denied. One of the following scopes is required"}, 400)
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + request.body, policy=HTTP).iter_parts()
        form = {part.get_param("name", header="content-disposition"): part.get_content() for part in parts}
        if form["image_type"].strip() != "message" or not form["image"]:
            return said({"code": 234001, "msg": "Invalid request param."}, 400)
        key = f"img_v3_{len(self.held)}"
        self.held[key] = form["image"]
        return said({"code": 0, "msg": "success", "data": {"image_key": key}})

    def _show(self, key: str) -> Reply:
        if key not in self.held:
            return said({"code": 9499, "msg": "Bad Request: image key"})
        self.images.append(self.held[key])
        return said({"code": 0, "msg": "success", "data": {}})

    def _signed(self, body: dict[str, str]) -> bool:
        timestamp = body.get("timestamp", "0")
        digest = hmac.new(f"{timestamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
        near = abs(int(timestamp) - self.now.timestamp()) < _HOUR
        return near and body.get("sign") == base64.b64encode(digest).decode()
