"""Toutiao's back office (头条号)."""

from services.collector.logins._passport import fields, step_of
from services.collector.logins.base import Login, Step, is_at
from shared.session_life import Proof


class Toutiao(Login):
    """Source: sessions research A1 and A2 (public code of 2026). Its page opens on the SMS form."""

    page = "https://mp.toutiao.com/auth/page/login"
    hosts = ("toutiao.com",)
    openers = ('text="扫码登录"',)
    qr = ('img[src^="data:image"][alt*="二维码"]', '[class*="qrcode"] img', 'img[aria-label="二维码"]')
    code_box = ('input[placeholder*="验证码"]',)
    code_button = ('button:has-text("验证")', 'button:has-text("登录")')
    signs = (("拖动滑块", Step.SLIDER), ("验证码中间页", Step.SLIDER), ("二维码失效", Step.EXPIRED))

    def step(self, url: str, body: bytes) -> Step | None:
        return step_of(body) if is_at(url, "sso.toutiao.com", "/check_qrconnect") else None

    def proof_address(self, address: str) -> str | None:
        return "https://mp.toutiao.com/mp/agw/media/user_login_status_api"

    def proof(self, body: bytes) -> Proof:
        said = fields(body, "data").get("is_login")
        return (Proof.IN if said else Proof.OUT) if isinstance(said, bool) else Proof.UNKNOWN
