"""One bounded HTTP POST: no redirects, one deadline for everything, a capped answer, errors without the URL."""

import asyncio
import logging
import ssl
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from pydantic import SecretStr

from services.alerter.channels._network import network_trouble, tls_trouble, trusting
from services.alerter.channels.base import Channel
from services.alerter.text import one_line
from shared.errors import ChannelError, PermanentError, TransientError, UnansweredError
from shared.http_time import retry_after

DEADLINE_SECONDS = 10.0
"""For connecting, sending and reading together: a server that drips bytes may not hold up the other channels."""
MAX_ANSWER_BYTES = 64 * 1024
MOST_WORDS = 160
"""Characters of what the other side said that are shown and kept."""

_LATER = frozenset({408, 425, 429})
_THIS_MESSAGE = frozenset({413, 422})
_SHORTEST_SECRET = 6
"""What is shorter is a word of the address (`hook`, `send`), which an answer may well repeat."""
_REMEDIES = {
    401: "签名或密钥不对；请核对 secret，并校准本机时间",
    403: "对方不允许；请核对密钥和对方的 IP 名单",
    404: "没有这个地址；请核对渠道的地址",
    405: "这个地址不收消息；请核对渠道的地址",
    407: "代理要求登录；请核对 HTTPS_PROXY",
}


class HttpChannel(Channel):
    """A channel that POSTs. `ca_file`: PEM of the office's own certificate authority; null: those of the program."""

    ca_file: Path | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no answer may repeat aloud."""
        return tuple(value.get_secret_value() for _, value in self if isinstance(value, SecretStr))


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, at most MAX_ANSWER_BYTES of body; `hidden` may not be said aloud."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`HTTP 200 {"errcode":0}`: one line, cut, without what was secret in the address."""
        return f"HTTP {self.status} {self.quoted(self.body[: MOST_WORDS * 8].decode('utf-8', 'replace'))}".rstrip()

    def quoted(self, said: str) -> str:
        """What was said, on one line, cut, without secrets."""
        for secret in self.hidden:
            said = said.replace(secret, "***")
        return one_line(said, MOST_WORDS)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
    *,
    ca_file: Path | None = None,
    hidden: Iterable[str] = (),
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Answer:
    """POST and return a 2xx answer. `hidden`: further secrets that its words may not repeat.

    Raises TransientError (network, time-out, 5xx, 408, 425, 429 with its Retry-After), PermanentError (413, 422: this
    message) or ChannelError (redirect, other 4xx, unusable URL or certificate). None holds the URL or the body, and
    their causes are cut off, since both are secret.
    """
    # httpx writes whole URLs to its log, and a robot's URL is its secret.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Read as it comes: an answer packed by the other side would be no JSON.
    plain = {"Accept-Encoding": "identity", **headers}
    request = _post(url, body, plain, trusting(ca_file) if ca_file else True, deadline_seconds)
    # A thread of its own: the caller's thread may already run an event loop (Playwright leaves one there).
    with ThreadPoolExecutor(max_workers=1) as pool:
        status, received, told = pool.submit(asyncio.run, request).result()
    answer = Answer(status, received, told, (*_secrets_of(url), *hidden))
    _refuse(answer, now)
    return answer


_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


async def _post(
    url: str, body: bytes, headers: dict[str, str], verify: ssl.SSLContext | bool, deadline_seconds: float
) -> tuple[int, bytes, Mapping[str, str]]:
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            httpx.AsyncClient(follow_redirects=False, timeout=deadline_seconds, verify=verify) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            received = bytearray()
            async for part in response.aiter_raw():
                received += part
                if len(received) >= MAX_ANSWER_BYTES:
                    break
            return response.status_code, bytes(received[:MAX_ANSWER_BYTES]), response.headers
    except TimeoutError:
        raise UnansweredError(f"{deadline_seconds:g} 秒内没有完整应答；请检查网络") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise ChannelError("渠道的地址不可用；请改正设置") from None
    except (ImportError, ValueError):
        # Raised for a proxy that the environment names: of a kind or scheme that there is no code for.
        raise ChannelError("环境变量中的代理用不了（不支持 SOCKS）；请改正或去掉 HTTPS_PROXY、ALL_PROXY") from None
    except httpx.TransportError as error:
        if trouble := tls_trouble(error):
            raise ChannelError(trouble) from None
        kind = TransientError if isinstance(error, _BEFORE_SENDING) else UnansweredError
        raise kind(f"连接不上对方：{network_trouble(error)}") from None


def _secrets_of(url: str) -> tuple[str, ...]:
    """What in an address gives access: the long parts of its path, and every value of its query; longest first."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return (url,)
    values = [value for _, value in parse_qsl(parts.query)] + [unquote(part) for part in parts.path.split("/")]
    written = [*parts.query.split("&"), *parts.path.split("/"), parts.password or ""]
    found = {url, parts.query, *values, *(piece.partition("=")[2] or piece for piece in written)}
    return tuple(sorted((one for one in found if len(one) >= _SHORTEST_SECRET), key=len, reverse=True))


def _refuse(answer: Answer, now: datetime) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _LATER or status >= 500:
        raise TransientError(
            f"{answer.words}：对方暂时不收，稍后重试", retry_after(answer.headers.get("retry-after"), now)
        )
    if status in _THIS_MESSAGE:
        raise PermanentError(f"{answer.words}：对方不收这条消息")
    if 300 <= status < 400:
        raise ChannelError(f"HTTP {status}：不接受重定向；请在设置中填写最终地址（也可能是上网认证网关，请先放行本机）")
    raise ChannelError(f"{answer.words}：{_REMEDIES.get(status, '对方拒绝；请核对渠道的地址与密钥')}")
