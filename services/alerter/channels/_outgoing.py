"""One bounded HTTP POST: no redirects, one deadline for everything, a capped answer, errors without the URL."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from shared.errors import ChannelError, PermanentError, TransientError
from shared.http_time import retry_after

DEADLINE_SECONDS = 10.0
"""For connecting, sending and reading together: a server that drips bytes may not hold up the other channels."""
MAX_ANSWER_BYTES = 64 * 1024

_LATER = frozenset({408, 425, 429})
_THIS_MESSAGE = frozenset({413, 422})
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"})


@dataclass(frozen=True)
class Answer:
    """What the other side said: a 2xx status and at most MAX_ANSWER_BYTES of body."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def post(
    url: str, body: bytes, headers: Mapping[str, str], now: datetime, *, deadline_seconds: float = DEADLINE_SECONDS
) -> Answer:
    """POST and return a 2xx answer.

    Raises TransientError (network, time-out, 5xx, 408, 425, 429 with its Retry-After), PermanentError (413, 422: this
    message) or ChannelError (redirect, other 4xx, unusable URL or certificate). None holds the URL or the body, and
    their causes are cut off, since both are secret.
    """
    # httpx writes whole URLs to its log, and a robot's URL is its secret.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    request = _post(url, body, dict(headers), deadline_seconds)
    # A thread of its own: the caller's thread may already run an event loop (Playwright leaves one there).
    with ThreadPoolExecutor(max_workers=1) as pool:
        answer = pool.submit(asyncio.run, request).result()
    _refuse(answer, now)
    return answer


async def _post(url: str, body: bytes, headers: dict[str, str], deadline_seconds: float) -> Answer:
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            httpx.AsyncClient(follow_redirects=False, timeout=deadline_seconds) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            received = bytearray()
            async for part in response.aiter_raw():
                received += part
                if len(received) >= MAX_ANSWER_BYTES:
                    break
            return Answer(response.status_code, bytes(received[:MAX_ANSWER_BYTES]), response.headers)
    except TimeoutError:
        raise TransientError(f"{deadline_seconds:g} 秒内没有完整应答；请检查网络") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise ChannelError("渠道的地址不可用；请改正设置") from None
    except httpx.TransportError as error:
        if speaks_no_trusted_tls(error):
            raise ChannelError("对方的证书不可信或不支持 TLS；请核对地址与证书") from None
        raise TransientError(f"连接不上对方（{type(error).__name__}）；请检查网络") from None


def _refuse(answer: Answer, now: datetime) -> None:
    status = answer.status
    if status in _LATER or status >= 500:
        raise TransientError(
            f"HTTP {status}：对方暂时不收，稍后重试", retry_after(answer.headers.get("retry-after"), now)
        )
    if status in _THIS_MESSAGE:
        raise PermanentError(f"HTTP {status}：对方不收这条消息")
    if 300 <= status < 400:
        raise ChannelError(f"HTTP {status}：不接受重定向；请在设置中填写最终地址")
    if not 200 <= status < 300:
        raise ChannelError(f"HTTP {status}：对方拒绝；请核对渠道的地址与密钥")


def speaks_no_trusted_tls(error: BaseException | None) -> bool:
    """True when a certificate nobody vouches for, or no TLS at all, lies behind the error: no retry helps."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
            return True
        error = error.__cause__ or error.__context__
    return False
