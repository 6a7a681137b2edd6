"""The passport that Douyin and Toutiao share. Source: sessions research A1, measured 2026-07 by public projects."""

from typing import Any

from services.collector.logins.base import Step
from services.collector.reading.tree import loaded

_STATUS = {
    **dict.fromkeys(("new", "1"), Step.WAITING),
    **dict.fromkeys(("scanned", "2"), Step.SCANNED),
    **dict.fromkeys(("confirmed", "3"), Step.CONFIRMED),
    **dict.fromkeys(("expired", "5"), Step.EXPIRED),
    **dict.fromkeys(("refused", "4"), Step.REFUSED),
}
_ERRORS = {"2046": Step.CODE, "4031": Step.FAILED, "2156": Step.FAILED, "7": Step.FAILED}


def step_of(body: bytes) -> Step | None:
    """A status 4 that brings a new code is a renewal; without one somebody refused."""
    data = fields(body, "data")
    if error := _ERRORS.get(str(data.get("error_code"))):
        return error
    status = _STATUS.get(str(data.get("status")))
    is_renewed = bool(data.get("qrcode")) and status is Step.REFUSED
    return Step.EXPIRED if is_renewed else status


def fields(body: bytes, name: str) -> dict[str, Any]:
    """An object within the answer; empty where there is none."""
    document = loaded(body)
    inner = document.get(name) if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) else {}
