"""A picture uploaded to Feishu by an app: POST auth/v3/tenant_access_token/internal, then POST im/v1/images.

The app needs its 机器人 ability switched on and the right im:resource:upload (or im:resource). Images of at most 10 MB
and 12,000 pixels a side; 1,000 uploads a minute (open.feishu.cn, 上传图片).
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from pydantic import SecretStr

from services.alerter.channels import _outgoing as outgoing
from services.alerter.channels import _robot as robot
from shared.errors import ChannelError, TransientError
from shared.report_file import Attachment

PICTURES, PICTURE_BYTES = ("image/jpeg", "image/png"), 10 << 20
_RATE = frozenset({99991400})
_REMEDY = "请核对 app_id、app_secret，并在飞书开放平台给这个应用开启机器人能力、开通 im:resource:upload 权限、发布版本"


class App(NamedTuple):
    """Of the office, on Feishu's open platform."""

    id: str
    secret: SecretStr


def uploaded(file: Attachment, app: App, base_url: str, asker: outgoing.HttpChannel, now: datetime) -> str:
    """The `image_key` by which a message names the picture.

    The token is asked for each time: pictures are few, and Feishu gives the same one for two hours. Raises as
    `outgoing.post` does; ChannelError names what to mend in the app.
    """
    try:
        token = _token(app, base_url, asker, now)
        return _put(file, token, base_url, asker, now)
    except ChannelError as error:
        raise ChannelError(f"截图没有传上飞书：{error}；{_REMEDY}") from None


def _token(app: App, base_url: str, asker: outgoing.HttpChannel, now: datetime) -> str:
    url = f"{base_url}/open-apis/auth/v3/tenant_access_token/internal"
    said = robot.ask(url, {"app_id": app.id, "app_secret": app.secret.get_secret_value()}, now, asker)
    _demand_done(said)
    return _word(said.body.get("tenant_access_token"))


def _put(file: Attachment, token: str, base_url: str, asker: outgoing.HttpChannel, now: datetime) -> str:
    # Made of the content: it cannot stand in it.
    boundary = hashlib.sha256(file.body).hexdigest()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    body = _form(file, boundary)
    hidden = (*asker.secrets, token)
    answer = outgoing.post(
        f"{base_url}/open-apis/im/v1/images", body, headers, now, ca_file=asker.ca_file, hidden=hidden
    )
    said = robot.told(answer)
    _demand_done(said)
    data = said.body.get("data")
    return _word(data.get("image_key") if isinstance(data, dict) else None)


def _form(file: Attachment, boundary: str) -> bytes:
    kind = f'--{boundary}\r\nContent-Disposition: form-data; name="image_type"\r\n\r\nmessage\r\n'
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="proof.jpg"\r\n'
    return (
        f"{kind}{head}Content-Type: {file.media_type}\r\n\r\n".encode() + file.body + f"\r\n--{boundary}--\r\n".encode()
    )


def _demand_done(said: robot.Said) -> None:
    robot.refuse(said, "code", "msg", rate=_RATE, busy=(), message=(), pause=60)


def _word(given: object) -> str:
    """A token or key. Header and body take no other signs."""
    if isinstance(given, str) and given.isascii() and given.isprintable() and 0 < len(given) <= 500:
        return given
    raise TransientError("飞书的应答里没有所要的内容，可能出自中间的代理；请检查网络")
