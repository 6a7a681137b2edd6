"""The units' end of the webhook: takes every message that is signed, remembers each time it came, and may act on it."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.http_server import FakeServer, Reply, Request

CHANNEL = "hook"


@dataclass(frozen=True)
class Arrival:
    """One POST: `id` is the same whenever the message is sent again."""

    id: str
    at: datetime
    body: dict[str, Any]


class Receiver(FakeServer):
    """`before` and `after` are called with each message, before it counts and before it is answered."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret = secret
        self.arrivals: list[Arrival] = []
        self.before: Callable[[], None] = _nothing
        self.after: Callable[[], None] = _nothing

    def answer(self, request: Request) -> Reply:
        self.before()
        if not self._is_signed(request):
            return Reply(401)
        self.arrivals.append(Arrival(request.headers["Idempotency-Key"], datetime.now(UTC), json.loads(request.body)))
        self.after()
        return Reply(204)

    def _is_signed(self, request: Request) -> bool:
        signed = request.headers["X-Xunjian-Timestamp"].encode() + b"." + request.body
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return request.headers["X-Xunjian-Signature"] == f"sha256={digest}"

    def told(self) -> Counter[tuple[str, str]]:
        """Account key and status -> how many messages said so."""
        findings = [finding for arrival in [*self.arrivals] for finding in arrival.body["findings"]]
        return Counter((finding["account"]["key"], finding["status"]) for finding in findings)


def _nothing() -> None:
    pass
