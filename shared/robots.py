"""A chat robot's own address, as its page gives it to copy: what it is, and what in it is secret."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, urlsplit

from shared.errors import InputError

_REMEDY = "填机器人页面上整段 Webhook 地址（https:// 开头），加签密钥写在其后、以空格隔开；或填设置里的渠道名称"
_PART = re.compile(r"[A-Za-z0-9_-]{8,200}")
_SECRET = re.compile(r"[A-Za-z0-9_+/=-]{8,200}")
_SECRET_NAME = re.compile(r"^(?:签名校验|加签|签名|密钥|secret)[:=]?", re.IGNORECASE)


@dataclass(frozen=True)
class RobotAddress:
    """`kind` is a file name of services/alerter/channels. `token` and `secret` let anybody write into the group."""

    kind: str
    token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


def is_address(text: str) -> bool:
    """True for what was meant as an address; anything else is the name of a channel in the settings."""
    return "://" in text or any(host in text.casefold() for host in _KINDS)


def parse_robot(text: str) -> RobotAddress:
    """The address with the signing secret behind it, if there is one.

    Raises InputError that quotes nothing of it: all of it is secret.
    """
    url, *rest = text.split()
    parts = _split(url)
    kind = _KINDS.get((parts.hostname or "").casefold())
    if kind is None or parts.scheme.casefold() != "https" or parts.port not in (None, 443) or "@" in parts.netloc:
        raise InputError("通知机器人", f"不是钉钉、企业微信或飞书机器人的地址；{_REMEDY}")
    token = _token(kind, parts)
    if token is None:
        raise InputError("通知机器人", f"地址不完整，缺少 token 或 key；{_REMEDY}")
    return RobotAddress(kind, token, _secret("".join(rest)))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        parts.port  # noqa: B018 -- asking is what checks it
    except ValueError:
        raise InputError("通知机器人", f"地址写法不对；{_REMEDY}") from None
    return parts


def _token(kind: str, parts: SplitResult) -> str | None:
    path, query = parts.path.rstrip("/"), parse_qs(parts.query)
    found = {
        "dingtalk": query.get("access_token", [""])[0] if path == "/robot/send" else "",
        "wecom": query.get("key", [""])[0] if path == "/cgi-bin/webhook/send" else "",
        "feishu": path.rpartition("/")[2] if path.startswith("/open-apis/bot/v2/hook/") else "",
    }[kind]
    return found if _PART.fullmatch(found) else None


def _secret(text: str) -> str | None:
    if not text:
        return None
    secret = _SECRET_NAME.sub("", text)
    if not _SECRET.fullmatch(secret):
        raise InputError("通知机器人", "地址后面的加签密钥写法不对；只在地址后空一格写 加签:SEC…，一格只填一个机器人")
    return secret


_KINDS = {"oapi.dingtalk.com": "dingtalk", "qyapi.weixin.qq.com": "wecom", "open.feishu.cn": "feishu"}
