"""Looks as collectors keep them."""

from datetime import datetime, timedelta
from typing import Any

from shared.events import Outcome
from shared.evidence.look import KeptCapture, Look
from shared.evidence.vault import sha256_of
from tests.builders import NOW


def a_look(
    number: int = 1, *bodies: bytes, picture: bytes | None = None, at: datetime | None = None, **changes: Any
) -> tuple[Look, dict[str, bytes]]:
    """The look and the bytes it names."""
    bodies = bodies or (f"<p>第{number}页</p>".encode(),)
    contents = {sha256_of(body): body for body in (*bodies, *([picture] if picture else []))}
    moment = at or NOW + timedelta(minutes=number)
    captures = tuple(
        KeptCapture(
            url=f"https://weibo.com/u/{number}",
            status=200,
            at=moment,
            headers={"content-type": "text/html"},
            media_type="text/html",
            sha256=sha256_of(body),
            size=len(body),
        )
        for body in bodies
    )
    said: dict[str, Any] = {
        "platform": "weibo",
        "account_id": str(number),
        "account_name": f"青禾{number}",
        "unit": "青禾县政府办",
        "url": f"https://weibo.com/u/{number}",
        "began_at": moment - timedelta(seconds=3),
        "at": moment,
        "outcome": Outcome.OK,
        "captures": captures,
        "picture": sha256_of(picture) if picture else None,
        "picture_size": len(picture) if picture else None,
        "picture_note": None if picture else "没有截图",
        "program": "0.1.0",
    }
    return Look.model_validate({**said, **changes}), contents
