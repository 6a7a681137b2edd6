"""A signed JSON POST to any receiver; the signature covers time-stamp and body."""

import hashlib
import hmac
from datetime import datetime

from pydantic import SecretStr

from services.alerter.channels import _outgoing as outgoing
from services.alerter.channels._robot import dumps
from services.alerter.channels.base import Channel
from services.alerter.message import Message


class Webhook(Channel):
    """`X-Xunjian-Signature: sha256=HMAC(secret, timestamp + "." + body)`; `Idempotency-Key` is the same at a repeat.

    The receiver should refuse time-stamps (seconds) far from its clock. Any 2xx answer means it has the message.
    """

    url: SecretStr
    secret: SecretStr | None = None

    def send(self, message: Message, now: datetime) -> None:
        body = dumps({"id": message.id, **message.model_dump(mode="json")})
        outgoing.post(self.url.get_secret_value(), body, self._headers(message, body, now), now)

    def _headers(self, message: Message, body: bytes, now: datetime) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": message.id,
            "X-Xunjian-Timestamp": timestamp,
        }
        if self.secret is not None:
            key = self.secret.get_secret_value().encode()
            digest = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers["X-Xunjian-Signature"] = f"sha256={digest}"
        return headers
