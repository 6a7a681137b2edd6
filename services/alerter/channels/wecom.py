"""企业微信消息推送（原群机器人）: the key is the secret, 20 messages a minute, text of at most 2048 bytes."""

from datetime import datetime
from urllib.parse import quote_plus

from pydantic import SecretStr

from services.alerter.channels import _robot as robot
from services.alerter.channels._outgoing import HttpChannel
from services.alerter.message import Message

_TEXT_BYTES = 2048
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

    def send(self, message: Message, now: datetime) -> str:
        url = f"{self.base_url}/cgi-bin/webhook/send?key={quote_plus(self.key.get_secret_value())}"
        text = robot.cut(robot.quiet(message.text), _TEXT_BYTES)
        said = robot.ask(url, {"msgtype": "text", "text": {"content": text}}, now, self)
        return robot.refuse(said, "errcode", "errmsg", rate=_RATE, busy={-1}, message=_MESSAGE, pause=60)
