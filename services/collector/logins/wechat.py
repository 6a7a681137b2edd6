"""WeChat's back office (公众平台). Its login lives in the cookies and in the token of the address."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from services.collector.logins._passport import fields
from services.collector.logins.base import Login, Step, is_at
from services.collector.reading.tree import as_int, loaded
from shared.session_life import Proof

_HOST = "mp.weixin.qq.com"
_STEPS = {
    0: Step.WAITING,
    1: Step.CONFIRMED,
    2: Step.EXPIRED,
    3: Step.EXPIRED,
    4: Step.SCANNED,
    5: Step.REFUSED,
    6: Step.SCANNED,
}
_APPROVAL = {0: Step.APPROVE, 1: Step.CONFIRMED, 2: Step.EXPIRED}
_OPERATOR = 1
"""`user_category` of who scans without being the administrator."""
_PROOFS = {0: Proof.IN, 200003: Proof.OUT}


class Wechat(Login):
    """Source: sessions research A1 and A2 (public code of 2026)."""

    page = "https://mp.weixin.qq.com/"
    hosts = ("weixin.qq.com",)
    qr = (".login__type__container__scan__qrcode",)
    life = timedelta(days=4)
    signs = (("请联系管理员", Step.APPROVE), ("管理员确认", Step.APPROVE))

    def step(self, url: str, body: bytes) -> Step | None:
        if parse_qs(urlsplit(url).query).get("action") != ["ask"]:
            return None
        document = loaded(body)
        answer = document if isinstance(document, dict) else {}
        status = as_int(answer.get("status"))
        if status is None:
            return None
        if is_at(url, _HOST, "/cgi-bin/loginauth"):
            return _APPROVAL.get(status)
        return _step_of_scan(status, answer) if is_at(url, _HOST, "/cgi-bin/scanloginqrcode") else None

    def proof_address(self, address: str) -> str | None:
        token = parse_qs(urlsplit(address).query).get("token", [""])[0]
        if urlsplit(address).hostname != _HOST or not (token.isascii() and token.isdigit()):
            return None
        return f"https://{_HOST}/cgi-bin/switchacct?action=get_acct_list&token={token}&lang=zh_CN&f=json&ajax=1"

    def proof(self, body: bytes) -> Proof:
        """200013 says too often, and nothing of the login."""
        said = as_int(fields(body, "base_resp").get("ret"))
        return Proof.UNKNOWN if said is None else _PROOFS.get(said, Proof.UNKNOWN)


def _step_of_scan(status: int, answer: dict[str, object]) -> Step | None:
    step = _STEPS.get(status)
    if step is Step.SCANNED and as_int(answer.get("acct_size")) == 0:
        return Step.REFUSED  # who scanned has no account here
    if step is Step.CONFIRMED and as_int(answer.get("user_category")) == _OPERATOR:
        return Step.APPROVE
    return step
