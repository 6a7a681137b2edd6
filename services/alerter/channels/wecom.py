"""企业微信消息推送（原群机器人）: the key is the secret, 20 messages a minute, text of at most 2048 bytes."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote_plus

from pydantic import SecretStr

from services.alerter.channels import _robot as robot
from services.alerter.channels._outgoing import HttpChannel
from services.alerter.message import Message
from shared.report_file import Attachment

_TEXT_BYTES = 2048
_PICTURES, _PICTURE_BYTES = ("image/jpeg", "image/png"), 2 << 20
"""Before base64."""
_RATE = frozenset({45009, 45033})
_MESSAGE = frozenset({40058, 44004, 45002})
"""Too long, or empty."""


class WeCom(HttpChannel):
    """`key` is the `key` of the robot's address. Text rather than markdown, which WeChat itself does not show.

    Two of the 20 messages a minute are left free, for replicas that race.
    """

    key: SecretStr
    base_url: str = "https://qyapi.weixin.qq.com"
    rate_per_minute: int | None = 18

    @property
    def shows_pictures(self) -> bool:
        return True

    def send(self, message: Message, now: datetime) -> str:
        text = robot.cut(robot.quiet(message.text), _TEXT_BYTES)
        return self._say({"msgtype": "text", "text": {"content": text}}, now)

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        """A picture alone: what it is of stands on its bar. Of other files the words."""
        if file.media_type not in _PICTURES or len(file.body) > _PICTURE_BYTES:
            return self.send(message, now)
        checked = hashlib.md5(file.body, usedforsecurity=False).hexdigest()
        image = {"base64": b64encode(file.body).decode(), "md5": checked}
        return self._say({"msgtype": "image", "image": image}, now)

    def _say(self, body: Mapping[str, object], now: datetime) -> str:
        url = f"{self.base_url}/cgi-bin/webhook/send?key={quote_plus(self.key.get_secret_value())}"
        said = robot.ask(url, body, now, self)
        return robot.refuse(said, "errcode", "errmsg", rate=_RATE, busy={-1}, message=_MESSAGE, pause=60)
