"""How one logs in on a platform: its page, its QR code, what its own answers mean, and what proves a login."""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlsplit

from shared.plugins import Plugin
from shared.session_life import Proof


class Step(StrEnum):
    """How far a login is, as the platform's page tells it."""

    WAITING = "waiting"
    NO_CODE = "no_code"
    """Still waiting, and nothing to scan is on the page."""
    SCANNED = "scanned"
    APPROVE = "approve"
    """The account's administrator must agree on a phone of their own."""
    CODE = "code"
    APP = "app"
    SLIDER = "slider"
    CONFIRMED = "confirmed"
    """So the page says; only the server's proof counts."""
    EXPIRED = "expired"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Step.WAITING: "等待扫码",
    Step.NO_CODE: "页面上没有可扫的二维码：请在有显示器的电脑上加 --window 运行本命令；"
    "若是页面要用的网址打不开，请把它的域名写进设置 browser.more_hosts",
    Step.SCANNED: "已扫码，请在手机上确认登录",
    Step.APPROVE: "还需要账号管理员在自己的手机上同意，请通知管理员",
    Step.CODE: "平台要求短信验证码，请向手机号的持有人索取",
    Step.APP: "平台要求在手机应用内完成安全验证，请在手机上按提示操作",
    Step.SLIDER: "平台要求滑块或图形验证，本程序不代为破解：请在有显示器的电脑上运行本命令，由人完成",
    Step.CONFIRMED: "已确认，正在向平台核实是否登录成功",
    Step.EXPIRED: "二维码已过期，正在换新的",
    Step.REFUSED: "登录被拒绝，请确认由本人操作后重新运行本命令",
    Step.FAILED: "平台没有受理这次登录，请过一刻钟后重新运行本命令",
}


class Login(Plugin):
    """One file per platform, named like it. What it reads is hostile; its methods are pure and never raise for it."""

    page: ClassVar[str]
    """Where one logs in."""
    hosts: ClassVar[tuple[str, ...]]
    """Which pages a login may open, as ends of host names: single sign-on goes over several."""
    openers: ClassVar[tuple[str, ...]] = ()
    """Selectors of what to press until the QR code is there, the first that is visible."""
    qr: ClassVar[tuple[str, ...]]
    """Selectors of the QR code's picture, the first that is visible."""
    code_box: ClassVar[tuple[str, ...]] = ()
    """Where a code is typed in."""
    code_button: ClassVar[tuple[str, ...]] = ()
    """What sends it; none visible: Enter does."""
    signs: ClassVar[tuple[tuple[str, Step], ...]] = ()
    """Words that a page shows instead of answering a poll."""
    ask_every: ClassVar[timedelta] = timedelta(minutes=30)
    """What one round is: each asking is one more request of the login's. Short where a login that has ended shows less
    and no wall."""
    life: ClassVar[timedelta | None] = None
    """How long a login lasts, as others report; null: nobody published a number."""

    def step(self, url: str, body: bytes) -> Step | None:
        """What an answer to the page's own requests says; null: nothing of the login."""
        raise NotImplementedError

    def proof_address(self, address: str) -> str | None:
        """Where the server tells whether we are logged in. `address`: where the page is, or the session's own; null:
        not to be asked from there."""
        raise NotImplementedError

    def proof(self, body: bytes) -> Proof:
        """What it told: anything not understood is `unknown`, which neither ends a session nor makes one."""
        raise NotImplementedError

    def step_shown(self, text: str) -> Step | None:
        """What the page's visible words say."""
        return next((step for words, step in self.signs if words in text), None)

    def may_open(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == end or host.endswith(f".{end}") for end in self.hosts)


def is_at(url: str, host: str, path: str) -> bool:
    """Whether an address is this one, whatever is asked there."""
    parts = urlsplit(url)
    return parts.hostname == host and parts.path.rstrip("/") == path.rstrip("/")
