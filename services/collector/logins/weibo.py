"""Weibo, by its single sign-on. The visitor system sets SUB and SUBP, too: they prove nothing."""

from datetime import timedelta

from services.collector.logins.base import Login, Step, is_at
from services.collector.reading.tree import loaded
from shared.session_life import Proof

_STEPS = {
    "50114001": Step.WAITING,
    "50114002": Step.SCANNED,
    "20000000": Step.CONFIRMED,
    "50114003": Step.EXPIRED,
    "50114004": Step.EXPIRED,  # expired or refused, which nobody tells apart: a new code harms neither
    "50114015": Step.FAILED,
}


class Weibo(Login):
    """Source: sessions research A1 and A2 (public code of 2026)."""

    page = "https://passport.weibo.com/sso/signin?entry=wapsso&source=wapsso&url=https%3A%2F%2Fm.weibo.cn%2F"
    hosts = ("weibo.com", "weibo.cn", "sina.com.cn", "sina.cn")
    qr = ('img[src*="qr.weibo.cn/inf/gen"]', "img.w-full.h-full")
    code_box = ('input[placeholder*="验证码"]',)
    code_button = ('button:has-text("登录")', 'button:has-text("确定")')
    life = timedelta(days=7)
    signs = (("请输入短信验证码", Step.CODE), ("拖动滑块", Step.SLIDER), ("请完成安全验证", Step.SLIDER))

    def step(self, url: str, body: bytes) -> Step | None:
        if not is_at(url, "passport.weibo.com", "/sso/v2/qrcode/check"):
            return None
        document = loaded(body)
        return _STEPS.get(str(document.get("retcode"))) if isinstance(document, dict) else None

    def proof_address(self, address: str) -> str | None:
        return "https://m.weibo.cn/api/config"

    def proof(self, body: bytes) -> Proof:
        document = loaded(body)
        data = document.get("data") if isinstance(document, dict) else None
        said = data.get("login") if isinstance(data, dict) else None
        return {True: Proof.IN, False: Proof.OUT}[said] if isinstance(said, bool) else Proof.UNKNOWN
