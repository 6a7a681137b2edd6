"""Plain HTTP for addresses that need no browser (feeds): streamed, capped, every address checked and pinned."""

import errno
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterable

import httpcore
import structlog

from services.collector import trust
from services.collector.answers import TOO_LARGE, failed, heard, length_of, network_failure
from services.collector.capture import Capture, Captured, Plan
from services.collector.cookies import Cookies
from services.collector.deadline import Deadline
from services.collector.network import CertificatesError, InnerAddressError, Network, TooLargeError
from services.collector.unpack import ACCEPTED, UnpackError, unpacked
from shared.addresses import host_of, refusal
from shared.clock import Clock
from shared.errors import InputError
from shared.events import Outcome

log = structlog.get_logger(__name__)

MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_USER_AGENT = "Mozilla/5.0 (compatible; xunjian)"
_UNQUOTED = "/?%:@!$&'()*+,;=~|[]^"
_PORTS = {"http": 80, "https": 443}


class Downloader:
    """Used by one thread; holds no connection between visits and starts no process.

    `proxy`: `http://user:password@host:port`; it looks names up then, and `proxy_spki` (base64 SHA-256) is the key with
    which it may sign in place of the sites. `timeout_seconds`: for one whole visit, name servers included.
    `max_body_bytes`: of one body, as received and as unpacked. `own`: addresses of the office's own servers, named in
    the settings: these may lie inside; what they redirect to elsewhere may not.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        proxy: str | None = None,
        proxy_spki: str | None = None,
        user_agent: str | None = None,
        timeout_seconds: float = 30,
        max_body_bytes: int = 20_000_000,
        own: Iterable[str] = (),
    ) -> None:
        self._own = frozenset(filter(None, map(_origin, own)))
        self._clock = clock
        self._proxy = _proxy(proxy) if proxy else None
        self._spki = proxy_spki
        self._user_agent = user_agent or _USER_AGENT
        self._seconds = timeout_seconds
        self._limit = max_body_bytes
        self._trusted = trust.public_authorities()
        self._deadline = Deadline(0)
        self._shown: tuple[str | None, bytes] | None = None

    def visit(self, platform: str, plan: Plan, hosts: tuple[str, ...]) -> Captured:
        """What every address of `plan.fetch` answers.

        Raises InputError for an address that may not be visited, which is the ledger's mistake.
        """
        for url in plan.fetch:
            if _origin(url) not in self._own and (why := refusal(url, hosts)):
                raise _ledger_error(url, why)
        self._deadline = deadline = Deadline(self._seconds)
        self._shown = _shown(plan)
        try:
            captures = tuple(self._get(url, hosts, deadline) for url in plan.fetch)
            captured = Captured(captures=captures, final_url=captures[-1].url if captures else None)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError) as error:
            captured = _explained(error)
        except TooLargeError:
            captured = network_failure(TOO_LARGE)
        except UnpackError as error:
            captured = failed(Outcome.NETWORK, str(error))
        except _RedirectError as error:
            captured = failed(Outcome.NETWORK, str(error))
        if captured.failure:
            log.warning("visit_failed", platform=platform, failure=captured.failure.value, reason=captured.reason)
        return heard(captured)

    def post(self, url: str, body: bytes, hosts: tuple[str, ...]) -> Captured:
        """What is answered to a JSON body. Neither the body nor the query is shown to anybody else: no redirect is
        followed, and what comes back, or is told, names the address without its query.

        Raises InputError for an address that is not on `hosts`.
        """
        bare = urllib.parse.urlsplit(url)._replace(query="", fragment="").geturl()
        if why := refusal(url, hosts):
            raise InputError(bare, why)
        self._deadline, self._shown = Deadline(self._seconds), None
        try:
            answer = self._ask(url, Cookies(), self._deadline, body)
        except InnerAddressError:
            return failed(Outcome.NETWORK, "域名被解析到内网地址，请检查DNS")
        except TooLargeError:
            return network_failure(TOO_LARGE)
        except UnpackError as error:
            return failed(Outcome.NETWORK, str(error))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError) as error:
            return _explained(error)
        if not isinstance(answer, Capture):
            return failed(Outcome.NETWORK, "接口要求跳转，没有照办")
        return heard(Captured(captures=(answer.model_copy(update={"url": bare}),), final_url=bare))

    def hurry(self, seconds: float) -> None:
        """The visit at hand fails unless it is over within `seconds`. May be called from any thread."""
        self._deadline.cut(seconds)

    def _get(self, url: str, hosts: tuple[str, ...], deadline: Deadline) -> Capture:
        asked, cookies = url, Cookies()
        own = _origin(url) if _origin(url) in self._own else None
        is_own = own is not None
        for redirects in range(MAX_REDIRECTS + 1):
            try:
                answer = self._ask(urllib.parse.urldefrag(asked).url, cookies, deadline, is_own=is_own)
            except InnerAddressError:
                if not redirects:
                    raise _ledger_error(url, "网址指向内网地址") from None
                raise _RedirectError("跳转被拒绝：网址指向内网地址") from None
            if isinstance(answer, Capture):
                return answer
            asked = _joined(asked, answer)
            is_own = own is not None and _origin(asked) == own
            if not is_own and (why := refusal(asked, hosts)):
                raise _RedirectError(f"跳转被拒绝：{why}")
        raise _RedirectError(f"跳转超过{MAX_REDIRECTS}次")

    def _ask(
        self, url: str, cookies: Cookies, deadline: Deadline, body: bytes | None = None, *, is_own: bool = False
    ) -> Capture | str:
        """The answer, or where it leads instead. With a `body` it is posted as JSON. `is_own`: it may lie inside."""
        try:
            return self._ask_once(url, cookies, deadline, body, is_own=is_own)
        except httpcore.ConnectError as error:
            if self._spki is None or not isinstance(_below(error), ssl.SSLCertVerificationError):
                raise
            trusted = trust.with_pinned(self._presented(url, deadline), self._spki)
            if trusted is None:
                raise
        self._trusted = trusted
        return self._ask_once(url, cookies, deadline, body, is_own=is_own)

    def _ask_once(
        self, url: str, cookies: Cookies, deadline: Deadline, body: bytes | None, *, is_own: bool
    ) -> Capture | str:
        network = Network(deadline, self._limit, may_lie_inside=is_own or self._proxy is not None)
        method, more = ("GET", []) if body is None else ("POST", _of_json(body))
        headers = [*self._headers(url), *cookies.headers(url), *more]
        with (
            httpcore.ConnectionPool(self._trusted, self._proxy, network_backend=network) as pool,
            pool.stream(method, _address(url), headers=headers, content=body) as response,
        ):
            told = _headers(response.headers)
            if response.status < 200:
                raise httpcore.RemoteProtocolError("101 was not asked for")
            cookies.keep(url, response.headers)
            if response.status in _REDIRECTS and (place := _location(response.headers)):
                return place
            if length_of(told) > self._limit:
                raise TooLargeError
            came = unpacked(response.iter_stream(), told.get("content-encoding", ""), self._limit)
            return Capture(url=url, status=response.status, headers=told, body=came, at=self._clock())

    def _presented(self, url: str, deadline: Deadline) -> list[bytes]:
        """The certificates shown at `url`, without asking anything."""
        network = Network(deadline, self._limit, may_lie_inside=self._proxy is not None, only_certificates=True)
        with httpcore.ConnectionPool(trust.nobody(), self._proxy, network_backend=network) as pool:
            try:
                pool.request("GET", _address(url), headers=self._headers(url))
            except CertificatesError as shown:
                return shown.chain
        return []

    def _headers(self, url: str) -> list[tuple[bytes, bytes]]:
        address = _address(url)
        host = address.host if b":" not in address.host else b"[" + address.host + b"]"
        port = b":%d" % address.port if address.port else b""
        return [
            (b"Host", host + port),
            (b"User-Agent", self._user_agent.encode()),
            (b"Accept", b"*/*"),
            (b"Accept-Language", b"zh-CN,zh;q=0.9"),
            (b"Accept-Encoding", ACCEPTED.encode()),
            *([(b"Authorization", self._shown[1])] if self._shown and self._shown[0] == _origin(url) else []),
        ]


def _of_json(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body))]


def _shown(plan: Plan) -> tuple[str | None, bytes] | None:
    """To whom a plan's authority is shown, and to nobody it redirects to."""
    if plan.authorization is None or not plan.fetch:
        return None
    return _origin(plan.fetch[0]), plan.authorization.get_secret_value().encode("utf-8")


def _origin(url: str) -> str | None:
    """Null for what is no address at all, which is nobody's own."""
    try:
        parts = urllib.parse.urlsplit(url)
        return f"{parts.scheme}://{host_of(url)}:{parts.port or _PORTS.get(parts.scheme)}" if host_of(url) else None
    except ValueError:
        return None


class _RedirectError(Exception):
    """Why a redirect was not followed, in Chinese."""


def _ledger_error(url: str, why: str) -> InputError:
    return InputError(url, f"{why}，请核对台账中的主页链接或账号ID")


def _address(url: str) -> httpcore.URL:
    """As a browser would ask for it: host folded, the rest in ASCII."""
    parts = urllib.parse.urlsplit(url)
    target = urllib.parse.quote(parts.path or "/", safe=_UNQUOTED)
    if parts.query:
        target += f"?{urllib.parse.quote(parts.query, safe=_UNQUOTED)}"
    port = None if parts.port == _PORTS[parts.scheme] else parts.port
    return httpcore.URL(scheme=parts.scheme.encode(), host=(host_of(url) or "").encode(), port=port, target=target)


def _joined(url: str, place: str) -> str:
    try:
        return urllib.parse.urljoin(url, place)
    except ValueError:
        return place


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _location(raw: Iterable[tuple[bytes, bytes]]) -> str | None:
    """What stands there for browsers: bytes that are no UTF-8 and spaces are quoted as they are."""
    place = next((value for name, value in raw if name.lower() == b"location"), b"").strip()
    try:
        text = place.decode()
    except UnicodeDecodeError:
        text = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % ord(byte.group()), place).decode()
    return text.replace(" ", "%20") or None


def _explained(error: Exception) -> Captured:
    words = str(error)
    if isinstance(error, httpcore.TimeoutException):
        return failed(Outcome.TIMEOUT, "连接超时")
    if isinstance(error, httpcore.ProxyError):
        return failed(Outcome.NETWORK, f"网络不通（代理应答{words[:3]}）")
    if isinstance(error, httpcore.RemoteProtocolError):
        return failed(Outcome.NETWORK, "应答不完整" if "without sending" in words else "应答不合HTTP规范")
    return failed(Outcome.NETWORK, f"网络不通（{_why(_below(error))}）")


def _below(error: Exception) -> BaseException | None:
    """What the socket raised: httpcore wraps it, and its pool cuts off the cause."""
    return next((wrapped for wrapped in error.args if isinstance(wrapped, BaseException)), None)


def _why(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "证书不可信"
    if isinstance(cause, ssl.SSLError):
        return "加密连接失败"
    if isinstance(cause, socket.gaierror):
        return "域名无法解析"
    return errno.errorcode.get(cause.errno or 0, "连接中断") if isinstance(cause, OSError) else "连接中断"


def _proxy(url: str) -> httpcore.Proxy:
    parts = urllib.parse.urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    name, password = (urllib.parse.unquote_to_bytes(text or "") for text in (parts.username, parts.password))
    auth = (name, password) if parts.username is not None else None
    return httpcore.Proxy(f"{parts.scheme}://{host}:{parts.port or 80}", auth=auth)
