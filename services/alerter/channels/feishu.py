"""飞书自定义机器人: signed in the body, 100 messages a minute and 5 a second, 20 KB."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

from pydantic import SecretStr

from services.alerter.channels import _robot as robot
from services.alerter.channels._outgoing import HttpChannel
from services.alerter.message import Message

_BODY_BYTES = 20_000
_ENVELOPE_BYTES = 400
_RATE = frozenset({11232, 99991400})
_MESSAGE = frozenset({9499})
"""Too long, or not to be read."""


class Feishu(HttpChannel):
    """`token` is the last part of the robot's address; `secret` when 签名校验 is chosen.

    A `post` keeps text and mentions apart, so that text can mention nobody. A few messages of the allowed rate are left
    free, for replicas that race.
    """

    token: SecretStr
    secret: SecretStr | None = None
    base_url: str = "https://open.feishu.cn"
    rate_per_minute: int | None = 90
    rate_per_second: int | None = 4

    def send(self, message: Message, now: datetime) -> str:
        url = f"{self.base_url}/open-apis/bot/v2/hook/{quote(self.token.get_secret_value(), safe='')}"
        title = robot.cut(robot.quiet(message.title), 500, robot.json_bytes)
        room = _BODY_BYTES - _ENVELOPE_BYTES - robot.json_bytes(title)
        text = robot.cut(robot.quiet("\n".join(message.lines)), room, robot.json_bytes)
        post = {"zh_cn": {"title": title, "content": [[{"tag": "text", "text": text}]]}}
        body = {**self._signature(now), "msg_type": "post", "content": {"post": post}}
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
