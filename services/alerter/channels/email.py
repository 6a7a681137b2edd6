"""Mail by SMTP: STARTTLS unless told otherwise, accepted by the server or not sent."""

import contextlib
import hashlib
import smtplib
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Literal, Self

import structlog
from pydantic import Field, PrivateAttr, SecretStr, model_validator

from services.alerter.channels._attachment import POLICY, attach
from services.alerter.channels._network import network_trouble, tls_trouble, trusting
from services.alerter.channels.base import REFUSED, Channel, RecipientBusyError
from services.alerter.message import Message
from services.alerter.text import one_line
from shared.clock import to_shanghai
from shared.errors import ChannelError, PermanentError, TransientError, UnansweredError
from shared.report_file import Attachment

_log = structlog.get_logger(__name__)
_TIMEOUT_SECONDS = 10
_DEADLINE_SECONDS = 30.0
_HELD_BACK = timedelta(hours=1)
"""How long a recipient who is put off (greylisted, full) holds back the others, before they get it without him."""
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_TOO_BIG = 552
_SSL_PORT, _PLAIN_PORTS = 465, (25, 587)
_MOST_WORDS = 160
"""Characters of what the server said that are shown and kept."""

Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$")]


class Email(Channel):
    """`to` are addresses; empty: it only carries mail that has an address of its own. `ca_file`: PEM of the office's
    own certificate authority. Login only over TLS."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: Address = Field(examples=["office@example.gov.cn"])
    to: tuple[Address, ...] = Field(default=(), examples=["office@example.gov.cn"])
    ca_file: Path | None = None
    _put_off: dict[str, datetime] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if self.username is not None and self.security == "none":
            raise ValueError("要登录就须设 security: starttls 或 ssl，否则密码以明文传送")
        return self

    @property
    def shows_pictures(self) -> bool:
        return True

    @property
    def has_recipient(self) -> bool:
        return bool(self.to)

    def addressed_to(self, recipients: tuple[str, ...]) -> "Email":
        return self.model_copy(update={"to": recipients})

    def send(self, message: Message, now: datetime) -> str:
        if not self.to:
            raise ChannelError("没有收件人；请在这个渠道的 to 中填写，或只用它寄送台账里的通知邮箱")
        return self._post(self._mail(message, now), now)

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        if not self.to:
            raise ChannelError("没有收件人；请填写收件邮箱")
        mail = self._mail(message, now)
        # Each recipient gets a mail of his own, and each of these is another.
        mail.replace_header("Message-ID", _message_id(message.id, *self.to))
        attach(mail, file)
        return self._post(mail, now)

    def _post(self, message: EmailMessage, now: datetime) -> str:
        mail = message.as_bytes(policy=POLICY)
        try:
            with self._connected() as client:
                return self._deliver(client, mail, now)
        except smtplib.SMTPResponseException as error:
            raise _refusal(error) from None
        except smtplib.SMTPNotSupportedError as error:
            raise ChannelError(_not_supported(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            if trouble := tls_trouble(error):
                raise ChannelError(f"邮件服务器：{trouble}（security、ca_file）{self._port_hint}") from None
            raise TransientError(
                f"连接不上邮件服务器：{network_trouble(error)}（host、port）{self._port_hint}"
            ) from None

    @property
    def _port_hint(self) -> str:
        """What is usual: a wrong pair is the commonest mistake, and hangs rather than complains."""
        if self.port == _SSL_PORT and self.security != "ssl":
            return f"；{_SSL_PORT} 端口一般须设 security: ssl"
        if self.port in _PLAIN_PORTS and self.security == "ssl":
            return f"；{self.port} 端口一般须设 security: starttls"
        return ""

    def _deliver(self, client: smtplib.SMTP, mail: bytes, now: datetime) -> str:
        """To all recipients at once or, while one of them is put off, to none: nobody gets it twice."""
        _expect(client.mail(self.sender), smtplib.SMTPSenderRefused, self.sender)
        answers = {address: client.rcpt(address) for address in self.to}
        refused = {address: answer for address, answer in answers.items() if answer[0] not in (250, 251)}
        self._weigh(refused, now)
        try:
            taken = _expect(client.data(mail), smtplib.SMTPDataError)
        except (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError) as error:
            raise UnansweredError(f"邮件发出后，邮件服务器没有应答：{network_trouble(error)}") from None
        if refused:
            _log.error("some mail recipients refused", refused=len(refused), of=len(self.to))
        told = "、".join(address for address in answers if address not in refused)
        left = (f"{REFUSED}{address}（{_words(*answer)}）" for address, answer in refused.items())
        return f"{taken}；收件人：{told}{''.join(left)}"

    def _weigh(self, refused: Mapping[str, tuple[int, bytes]], now: datetime) -> None:
        """Returns when the mail should go to those who were not refused."""
        codes = {address: code for address, (code, _) in refused.items()}
        self._put_off = {address: self._put_off.get(address, now) for address, code in codes.items() if code < 500}
        said = f"SMTP {'；'.join(sorted({_words(*answer) for answer in refused.values()}))}"
        if any(now - since < _HELD_BACK for since in self._put_off.values()):
            raise RecipientBusyError(f"{said}：邮件服务器要求稍后再来")
        if len(refused) < len(self.to):
            return
        if self._put_off:
            raise RecipientBusyError(f"{said}：邮件服务器要求稍后再来")
        if set(codes.values()) & _LOGIN_CODES:
            raise ChannelError(f"{said}：邮件服务器要求登录；请核对 username 与 password")
        raise PermanentError(f"{said}：收件人全部被拒；请核对 to")

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        client = self._connect()
        # The time-out is for each answer; a server that drips must not outlast the lease on the messages.
        timer = threading.Timer(_DEADLINE_SECONDS, _hang_up, [client])
        timer.daemon = True
        timer.start()
        try:
            self._prepare(client)
            yield client
        finally:
            # Once the server has taken the mail, a lost goodbye must not make it sent again.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()
            timer.cancel()

    def _connect(self) -> smtplib.SMTP:
        if self.security == "ssl":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=trusting(self.ca_file))
        return smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)

    def _prepare(self, client: smtplib.SMTP) -> None:
        if self.security == "starttls":
            client.starttls(context=trusting(self.ca_file))
        if self.username is not None:
            try:
                client.login(self.username, self.password.get_secret_value() if self.password else "")
            except UnicodeError:
                raise ChannelError("用户名或密码含有邮件登录不能用的字符；请核对") from None
        client.ehlo_or_helo_if_needed()

    def _mail(self, message: Message, now: datetime) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        # The e-mail package refuses line breaks in headers by raising; hostile titles must arrive all the same.
        mail["Subject"] = one_line(message.title)
        mail["Date"] = format_datetime(to_shanghai(now))
        mail["Message-ID"] = _message_id(message.id)
        mail.set_content(message.text + "\n", charset="utf-8", cte="base64")
        return mail


def _message_id(*parts: str) -> str:
    """The same for a repeat, which a server or a reader may then drop."""
    name = parts[0] if len(parts) == 1 else hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return f"<{name}@xunjian.invalid>"


def _expect(answer: tuple[int, bytes], refusal: type[smtplib.SMTPResponseException], *more: str) -> str:
    code, words = answer
    if code != 250:
        raise refusal(code, words, *more)
    return _words(code, words)


def _words(code: int, said: bytes | str) -> str:
    """`550 5.1.1 no such user`, on one line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text, _MOST_WORDS)}".rstrip()


def _not_supported(error: smtplib.SMTPNotSupportedError) -> str:
    if "STARTTLS" in str(error):
        return (
            "邮件服务器不支持 STARTTLS；请改设 security: ssl（端口多为 465）；"
            "内网服务器若确无加密，可设 security: none（不能登录，邮件在途中可被他人看到）"
        )
    return "邮件服务器在这个端口上不接受登录；请去掉 username 与 password，或核对 port"


def _refusal(error: smtplib.SMTPResponseException) -> TransientError | PermanentError:
    """4xx means later. A refusal of the mail itself is about this message, of login or sender about the channel."""
    said = f"SMTP {_words(error.smtp_code, error.smtp_error)}"
    if 400 <= error.smtp_code < 500 or error.smtp_code < 0:
        return TransientError(f"{said}：邮件服务器要求稍后再来")
    of_message = isinstance(error, smtplib.SMTPDataError) and error.smtp_code not in _LOGIN_CODES
    if of_message or error.smtp_code == _TOO_BIG:
        return PermanentError(f"{said}：邮件服务器不收这封邮件")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ChannelError(f"{said}：邮件服务器不接受登录；请核对 username 与 password（有的邮箱须用“授权码”）")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return ChannelError(f"{said}：邮件服务器不接受发件人；请核对 sender（多须与 username 是同一个邮箱）与登录")
    return ChannelError(f"{said}：邮件服务器拒绝；请核对登录、发件人与服务器地址")


def _hang_up(client: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        if client.sock is not None:
            client.sock.shutdown(socket.SHUT_RDWR)
