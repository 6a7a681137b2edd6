"""All hosts of the stand-in: finds the site, lets it answer, then spoils the answer as the world says."""

import threading
from collections import Counter
from dataclasses import replace

from demo.sites import douyin, feed, toutiao, wechat, weibo
from demo.web import Answer, Request, as_page, redirect
from demo.world import Behaviour, World

SITES = (weibo, wechat, douyin, toutiao, feed)
HOSTS = tuple(host for site in SITES for host in site.HOSTS)

HUGE_BYTES = 30_000_000
SLOW_SECONDS = 0.8
HANG_SECONDS = 600.0
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
_STATUS = {
    Behaviour.HTTP_403: 403,
    Behaviour.HTTP_418: 418,
    Behaviour.HTTP_500: 500,
}
_DATA_STATUS = _STATUS | {Behaviour.HTTP_432: 432}
_DATA = {Behaviour.TO_PRIVATE: redirect("http://169.254.169.254/latest/meta-data/")}
_PAGES = {
    Behaviour.FROZEN: as_page("忙碌", script="for(;;){}"),
    Behaviour.ALERT: as_page("弹窗", script="for(let i=0;i<3;i++)alert('你好');"),
    Behaviour.POPUP: as_page("弹出窗口", script="window.open('/popup');"),
    Behaviour.DOWNLOAD: Answer(
        b"MZ", content_type="application/octet-stream", headers={"Content-Disposition": "attachment; filename=a.exe"}
    ),
    **_DATA,
}


class Internet:
    """Thread-safe. `seen` counts what was asked for, by `host/path`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def knows(self, host: str) -> bool:
        return host.lower() in HOSTS

    def answer(self, request: Request) -> Answer | None:
        """None when no such host exists."""
        site = next((site for site in SITES if request.host in site.HOSTS), None)
        with self._lock:
            self.seen[f"{request.host}{request.path}"] += 1
        if site is None:
            return None
        if request.path.startswith("/static/"):
            return _static(request.path)
        account = self.world.account(site.account_key(request) or "")
        return _spoiled(site.answer(request, account), account.behaviours if account else frozenset())


def _static(path: str) -> Answer:
    headers = {"Cache-Control": "max-age=86400"}
    if path.endswith(".css"):
        return Answer(b"body{font-family:sans-serif;margin:2em}", content_type="text/css", headers=headers)
    return Answer(_PNG, content_type="image/png", headers=headers)


def _spoiled(answer: Answer, behaviours: frozenset[Behaviour]) -> Answer:
    for behaviour in behaviours:
        answer = _spoiled_page(answer, behaviour) if answer.is_page else _spoiled_data(answer, behaviour)
    return answer


def _spoiled_page(answer: Answer, behaviour: Behaviour) -> Answer:
    if behaviour in _STATUS:
        return Answer(status=_STATUS[behaviour])
    return _slowed(_PAGES.get(behaviour, answer), behaviour)


def _spoiled_data(answer: Answer, behaviour: Behaviour) -> Answer:
    half = len(answer.body) // 2
    if status := _DATA_STATUS.get(behaviour):
        return Answer(status=status)
    match behaviour:
        case Behaviour.EMPTY:
            return replace(answer, body=b"")
        case Behaviour.TRUNCATED:
            return replace(answer, body=answer.body[:half])
        case Behaviour.RESET:
            return replace(answer, cut_at=half)
        case Behaviour.HUGE:
            return replace(answer, body=answer.body + b" " * HUGE_BYTES)
        case _:
            return _slowed(_DATA.get(behaviour, answer), behaviour)


def _slowed(answer: Answer, behaviour: Behaviour) -> Answer:
    wait = {Behaviour.SLOW: SLOW_SECONDS, Behaviour.HANG: HANG_SECONDS}.get(behaviour, 0)
    return replace(answer, wait_seconds=wait) if wait else answer
