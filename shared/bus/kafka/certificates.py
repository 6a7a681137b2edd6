"""Whether the files of `kafka_security` can be used: the library, which cannot read one, says that nobody answers."""

import ssl
from collections.abc import Callable, Mapping

from shared.errors import TransientError
from shared.system_words import system_words


def demand_certificates(security: Mapping[str, str]) -> None:
    """Raises TransientError naming setting and file: a secret may be mounted later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority, own = security.get("ssl_cafile"), security.get("ssl_certfile")
    if authority:
        _try(lambda: context.load_verify_locations(authority), "ssl_cafile", authority)
    if own:
        key, password = security.get("ssl_keyfile"), security.get("ssl_password", "")
        # Without a password the library beneath would ask for one at the terminal.
        _try(lambda: context.load_cert_chain(own, key, password), "ssl_certfile", f"{own}、{key}" if key else own)


def _try(load: Callable[[], object], name: str, file: str) -> None:
    try:
        load()
    except ssl.SSLError as error:
        remedy = "请核对是不是 PEM 格式，私钥与证书、口令是否相配"
        raise TransientError(
            f"kafka_security.{name} 的 {file} 不是能用的证书（{error.reason or error}）；{remedy}"
        ) from error
    except OSError as error:
        raise TransientError(f"kafka_security.{name} 的 {file} 读不了：{system_words(error)}") from error
