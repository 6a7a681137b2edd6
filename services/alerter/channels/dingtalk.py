"""钉钉自定义机器人: signed in the query, 20 messages a minute, plain text so that nothing in it is markup."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote_plus

from pydantic import SecretStr

from services.alerter.channels import _robot as robot
from services.alerter.channels._outgoing import HttpChannel
from services.alerter.message import Message

_BODY_BYTES = 20_000
_ENVELOPE_BYTES = 200
_RATE = frozenset({130101, 410100})
_MESSAGE = frozenset({430101, 430102, 430103, 430104, 460101})
"""Unsafe links, words it does not take, too long."""


class DingTalk(HttpChannel):
    """`token` is the access_token of the robot's address; `secret` (SEC…) when 加签 is chosen, else keyword or IP mode.

    A robot over its rate is shut out for 10 minutes. Two of its 20 messages are left free, for replicas that race.
    """

    token: SecretStr
    secret: SecretStr | None = None
    base_url: str = "https://oapi.dingtalk.com"
    rate_per_minute: int | None = 18

    def send(self, message: Message, now: datetime) -> str:
        text = robot.cut(robot.quiet(message.text), _BODY_BYTES - _ENVELOPE_BYTES, robot.json_bytes)
        body = {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}
        said = robot.ask(self._url(now), body, now, self)
        return robot.refuse(said, "errcode", "errmsg", rate=_RATE, busy={-1}, message=_MESSAGE, pause=600)

    def _url(self, now: datetime) -> str:
        url = f"{self.base_url}/robot/send?access_token={quote_plus(self.token.get_secret_value())}"
        if self.secret is None:
            return url
        milliseconds = int(now.timestamp() * 1000)
        key = self.secret.get_secret_value()
        digest = hmac.new(key.encode(), f"{milliseconds}\n{key}".encode(), hashlib.sha256).digest()
        # Encoded once: encoded twice (as some libraries do) the robot answers 310000, sign not match.
        return f"{url}&timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"
