"""飞书自定义机器人: signed in the body, 100 messages a minute and 5 a second, 20 KB."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Self
from urllib.parse import quote

from pydantic import SecretStr, model_validator

from services.alerter.channels import _robot as robot
from services.alerter.channels._feishu_image import PICTURE_BYTES, PICTURES, App, uploaded
from services.alerter.channels._outgoing import HttpChannel
from services.alerter.message import Message
from shared.report_file import Attachment

_BODY_BYTES = 20_000
_ENVELOPE_BYTES = 400
_RATE = frozenset({11232, 99991400})
_MESSAGE = frozenset({9499})
"""Too long, or not to be read."""


class Feishu(HttpChannel):
    """`token` is the last part of the robot's address; `secret` when 签名校验 is chosen.

    `app_id` and `app_secret` of an app of the office's own: a robot has no right to upload, and shows only pictures
    that an app uploaded. Without them it shows none.

    A `post` keeps text and mentions apart, so that text can mention nobody. A few messages of the allowed rate are left
    free, for replicas that race.
    """

    token: SecretStr
    secret: SecretStr | None = None
    app_id: str | None = None
    app_secret: SecretStr | None = None
    base_url: str = "https://open.feishu.cn"
    rate_per_minute: int | None = 90
    rate_per_second: int | None = 4

    @model_validator(mode="after")
    def _app_is_whole(self) -> Self:
        if (self.app_id is None) != (self.app_secret is None):
            raise ValueError("app_id 和 app_secret 要一起填写；不发截图就都不填")
        return self

    @property
    def shows_pictures(self) -> bool:
        return self.app_id is not None

    def send(self, message: Message, now: datetime) -> str:
        title = robot.cut(robot.quiet(message.title), 500, robot.json_bytes)
        room = _BODY_BYTES - _ENVELOPE_BYTES - robot.json_bytes(title)
        text = robot.cut(robot.quiet("\n".join(message.lines)), room, robot.json_bytes)
        post = {"zh_cn": {"title": title, "content": [[{"tag": "text", "text": text}]]}}
        return self._say("post", {"post": post}, now)

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        """A picture alone: what it is of stands on its bar. Of other files the words."""
        if self.app_id is None or self.app_secret is None:
            return self.send(message, now)
        if file.media_type not in PICTURES or len(file.body) > PICTURE_BYTES:
            return self.send(message, now)
        key = uploaded(file, App(self.app_id, self.app_secret), self.base_url, self, now)
        return self._say("image", {"image_key": key}, now)

    def _say(self, kind: str, content: Mapping[str, object], now: datetime) -> str:
        url = f"{self.base_url}/open-apis/bot/v2/hook/{quote(self.token.get_secret_value(), safe='')}"
        body = {**self._signature(now), "msg_type": kind, "content": content}
        said = robot.ask(url, body, now, self)
        return robot.refuse(said, "code", "msg", rate=_RATE, busy=(), message=_MESSAGE, pause=60)

    def _signature(self, now: datetime) -> dict[str, str]:
        if self.secret is None:
            return {}
        seconds = str(int(now.timestamp()))
        # The secret is part of the key and the signed message is empty: that is how Feishu wants it.
        key = f"{seconds}\n{self.secret.get_secret_value()}".encode()
        digest = hmac.new(key, b"", hashlib.sha256).digest()
        return {"timestamp": seconds, "sign": base64.b64encode(digest).decode()}
