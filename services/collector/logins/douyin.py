"""Douyin's own site. A `sessionid` proves nothing: one that had it was told 会话过期 all the same."""

from datetime import timedelta

from services.collector.logins._passport import fields, step_of
from services.collector.logins.base import Login, Step, is_at
from services.collector.reading.tree import as_int
from shared.session_life import Proof

_EXPIRED_SESSION = 13


class Douyin(Login):
    """Source: sessions research A1 and A2 (public code of 2026)."""

    page = "https://www.douyin.com/"
    hosts = ("douyin.com",)
    openers = ('button:has-text("登录")', 'text="登录"')
    qr = ("#animate_qrcode_container img", 'img[aria-label="二维码"]')
    code_box = ('#login-panel-new input[placeholder*="验证码"]', 'input[placeholder*="验证码"]')
    code_button = ('button:has-text("验证")', 'div[role="button"]:has-text("验证")')
    ask_every = timedelta(minutes=2)
    signs = (
        ("请前往抖音app完成验证", Step.APP),
        ("请前往抖音APP完成验证", Step.APP),
        ("验证码中间页", Step.SLIDER),
        ("拖动滑块", Step.SLIDER),
        ("二维码失效", Step.EXPIRED),
    )

    def step(self, url: str, body: bytes) -> Step | None:
        return step_of(body) if is_at(url, "login.douyin.com", "/passport/web/check_qrconnect") else None

    def proof_address(self, address: str) -> str | None:
        return "https://www.douyin.com/passport/account/info/v2/?aid=6383"

    def proof(self, body: bytes) -> Proof:
        data = fields(body, "data")
        if (as_int(data.get("user_id")) or 0) > 0:
            return Proof.IN
        return Proof.OUT if as_int(data.get("error_code")) == _EXPIRED_SESSION else Proof.UNKNOWN
