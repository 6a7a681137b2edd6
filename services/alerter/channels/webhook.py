"""A signed JSON POST to any receiver (docs/webhook.md); the signature covers time-stamp and body."""

import hashlib
import hmac
from datetime import datetime

from pydantic import SecretStr

from services.alerter.channels import _outgoing as outgoing
from services.alerter.channels._robot import dumps
from services.alerter.message import Message
from services.alerter.payload import Payload


class Webhook(outgoing.HttpChannel):
    """`X-Xunjian-Signature: sha256=HMAC(secret, timestamp + "." + body)`; `Idempotency-Key` is the same at a repeat.

    The receiver should refuse time-stamps (seconds) far from its clock. Any 2xx answer means it has the message.
    """

    url: SecretStr
    secret: SecretStr | None = None

    def send(self, message: Message, now: datetime) -> str:
        body = dumps(Payload.of(message).model_dump(mode="json"))
        headers = self._headers(message, body, now)
        url = self.url.get_secret_value()
        return outgoing.post(url, body, headers, now, ca_file=self.ca_file, hidden=self.secrets).words

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
