"""Mail by SMTP: STARTTLS unless told otherwise, accepted by the server or not sent."""

import contextlib
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Literal, Self

import structlog
from pydantic import Field, SecretStr, model_validator

from services.alerter.channels.base import Channel
from services.alerter.message import Message
from services.alerter.text import one_line
from shared.clock import to_shanghai
from shared.errors import PermanentError, TransientError

_log = structlog.get_logger(__name__)
_TIMEOUT_SECONDS = 10

Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$")]


class Email(Channel):
    """`to` are addresses. `ca_file`: the office's own certificate authority, PEM. Login only over TLS."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: Address
    to: tuple[Address, ...] = Field(min_length=1)
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.username is not None and self.security == "none":
            raise ValueError("a login needs security: starttls or ssl, else the password travels in clear")
        return self

    def send(self, message: Message, now: datetime) -> None:
        mail = self._mail(message, now)
        try:
            client = self._connect()
            try:
                refused = client.send_message(mail)
            finally:
                # Once the server has taken the mail, a lost goodbye must not make it sent again.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    client.quit()
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal([code for code, _ in error.recipients.values()]) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal([error.smtp_code]) from None
        except smtplib.SMTPNotSupportedError:
            raise PermanentError("the mail server offers no STARTTLS or login; set `security` and `username`") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(f"{type(error).__name__}: the mail server cannot be talked to; check it") from None
        if refused:
            _log.error("some mail recipients refused", refused=len(refused), of=len(self.to))

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if self.security == "ssl":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        try:
            if self.security == "starttls":
                client.starttls(context=context)
            if self.username is not None:
                client.login(self.username, self.password.get_secret_value() if self.password else "")
        except (smtplib.SMTPException, OSError):
            client.close()
            raise
        return client

    def _mail(self, message: Message, now: datetime) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        # The e-mail package refuses line breaks in headers by raising; hostile titles must arrive all the same.
        mail["Subject"] = one_line(message.title)
        mail["Date"] = format_datetime(to_shanghai(now))
        mail["Message-ID"] = f"<{message.id}@xunjian.invalid>"
        mail.set_content(message.text + "\n", charset="utf-8", cte="base64")
        return mail


def _refusal(codes: list[int]) -> TransientError | PermanentError:
    """4xx means later; one recipient worth another try is reason enough to try all."""
    said = f"SMTP {', '.join(str(code) for code in sorted(set(codes)))}"
    if any(400 <= code < 500 for code in codes):
        return TransientError(f"{said}: the mail server asks to come again")
    return PermanentError(f"{said}: the mail server refuses; check login, sender and recipients")
