"""Why the other side could not be spoken to, in words that name the setting to look at."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPServerDisconnected

from httpx import ReadError, RemoteProtocolError

from services.alerter.text import one_line
from shared.errors import ChannelError
from shared.system_words import system_words

_NO_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "RECORD_LAYER_FAILURE"}
)


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """TLS that trusts the system's authorities, or the file's. Raises ChannelError for a file that cannot be used."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        reason = "不是 PEM 格式的证书" if isinstance(error, ssl.SSLError) else system_words(error)
        raise ChannelError(f"证书文件 {ca_file} 读不了（{reason}）；请核对 ca_file") from None


def tls_trouble(error: BaseException) -> str | None:
    """What is wrong when a certificate nobody vouches for, or no TLS at all, lies behind the error: no retry helps."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            said = one_line(cause.verify_message, 80)
            return f"对方的证书不可信（{said}）；单位自建的证书请用 ca_file 给出其根证书文件，并核对主机名"
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return "对方在这个端口上不用 TLS；请核对地址、端口和加密方式"
    return None


def network_trouble(error: BaseException) -> str:
    """Why there was no connection; a later try may succeed."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return "找不到这个主机名，请核对主机名与 DNS"
        if isinstance(cause, ConnectionRefusedError):
            return "连接被拒绝，请核对端口与防火墙"
        if isinstance(cause, TimeoutError):
            return "没有应答，请核对主机名、端口与防火墙"
    if isinstance(error, (SMTPServerDisconnected, RemoteProtocolError, ReadError)):
        return "对方断开了连接，请核对端口与加密方式"
    return f"{type(error).__name__}，请检查网络"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
