"""What came back from a link: whether it opens, and what it shows. Pure."""

import hashlib
import re
from datetime import timedelta

from services.collector.capture import Capture, Captured
from services.collector.reading.markup import plain_text
from shared.addresses import host_of
from shared.events import Outcome, Value
from shared.links import SLOW, LinkState

_GONE_STATUSES = (404, 410)
_GUARDED = (401, 403, 405, 406, 407, 412, 418, 421, 429, 432, 451, 999)
"""A guard that lets browsers in, or nobody for now: no word about the page behind it."""
_NOT_FOUND = re.compile(
    r"<title>[^<]{0,40}(?:\b404\b|页面(?:不存在|未找到|找不到)|找不到(?:页面|网页)|not found"
    r"|域名.{0,6}(?:过期|出售|转让))",
    re.I,
)
_OURS = re.compile(r"证书不可信|代理应答|内网|ENETUNREACH|EHOSTUNREACH|加密连接失败")
_MOST_TEXT = 200_000
_RUNS_SCRIPT = re.compile(rb"<script|<iframe|<frame\b|<meta[^>]{0,40}refresh", re.I)


class Found(Value):
    """`reason`: for a person, in Chinese, whenever it is not good. `is_answer`: the other side really said something,
    so that our own network works."""

    state: LinkState
    reason: str | None = None
    digest: str | None = None
    final_url: str | None = None
    is_answer: bool = False


def found(url: str, captured: Captured, took: timedelta) -> Found:
    """What opening `url` showed; `took`: until all of it was there."""
    if captured.failure is not None:
        return _failed(captured, took)
    capture = captured.captures[-1]
    return _answered(url, capture, took)


def _failed(captured: Captured, took: timedelta) -> Found:
    reason = captured.reason or "打不开"
    if captured.failure is Outcome.TIMEOUT:
        return Found(state=LinkState.SLOW, reason=f"{took.total_seconds():.0f}秒内没有打开")
    if captured.failure is not Outcome.NETWORK or _OURS.search(reason):
        return Found(state=LinkState.UNVERIFIED, reason=reason)
    return Found(state=LinkState.DEAD, reason=reason)


def _answered(url: str, capture: Capture, took: timedelta) -> Found:
    final = capture.url
    if (capture.status or 0) >= 400:
        return _refused(capture.status or 0, final)
    if _is_html(capture) and _NOT_FOUND.search(capture.text[:_MOST_TEXT]):
        return _told(LinkState.DEAD, "页面写明不存在", final)
    if _is_blank(capture):
        return _told(LinkState.EMPTY, "页面打开后没有任何内容", final)
    if not _is_same_site(url, final):
        return _told(LinkState.FOREIGN, f"打开后转到 {host_of(final or '')}", final)
    digest = hashlib.sha256(capture.body).hexdigest()
    if took > SLOW:
        return _told(LinkState.SLOW, f"用了{took.total_seconds():.0f}秒才打开", final, digest)
    return _told(LinkState.GOOD, None, final, digest)


def _refused(status: int, final_url: str | None) -> Found:
    if status in _GUARDED:
        return _told(LinkState.UNVERIFIED, f"网站拒绝程序访问（HTTP {status}），请人工打开核对", final_url)
    what = "页面不存在" if status in _GONE_STATUSES else "服务器出错" if status >= 500 else "网站拒绝打开"
    return _told(LinkState.DEAD, f"{what}（HTTP {status}）", final_url)


def _told(state: LinkState, reason: str | None, final_url: str | None, digest: str | None = None) -> Found:
    return Found(state=state, reason=reason, final_url=final_url, digest=digest, is_answer=True)


def _is_html(capture: Capture) -> bool:
    return "html" in capture.headers.get("content-type", "html") or capture.body[:200].lstrip()[:1] == b"<"


def _is_blank(capture: Capture) -> bool:
    """A page that its script fills looks blank to us; only one without any is."""
    if not capture.body.strip():
        return True
    if not _is_html(capture) or _RUNS_SCRIPT.search(capture.body):
        return False
    has_picture = re.search(rb"<(?:img|video|object|embed|svg)\b", capture.body, re.I)
    return not has_picture and not plain_text(capture.text[:_MOST_TEXT])


def _is_same_site(url: str, final_url: str | None) -> bool:
    """A site may lead on to another of its own names, and an office from an old name to any government's."""
    asked, came = host_of(url) or "", host_of(final_url or url) or ""
    return _site(asked) == _site(came) or came.endswith(".gov.cn")


def _site(host: str) -> str:
    """The name that was registered: two labels, three under `gov.cn`, `com.cn` and their like."""
    labels = host.split(".")
    under_kind = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _KINDS
    return ".".join(labels[-3 if under_kind else -2 :])


_KINDS = frozenset({"gov", "com", "org", "net", "edu", "ac", "mil", "co"})
