"""What of the `kafka_*` settings can be seen to be wrong before anybody is asked; the library takes all of it."""

import re
from collections.abc import Mapping

from shared.fact import takeable
from shared.nearest import advice

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI")
MAX_PREFIX_CHARACTERS = 200
_LAST_PORT = 65535
_KEYS = (
    *("security_protocol", "sasl_mechanism", "sasl_plain_username", "sasl_plain_password"),
    *("sasl_kerberos_name", "sasl_kerberos_service_name", "sasl_kerberos_domain_name"),
    *("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password"),
)
"""Of the library's those that are text. `ssl_crlfile` is none: it hands Python an argument that there is not."""
_CHOICES = {"security_protocol": PROTOCOLS, "sasl_mechanism": MECHANISMS}
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


def checked_bootstrap(text: str) -> str:
    """Addresses without the blanks around them. Raises ValueError."""
    addresses = [part.strip() for part in text.split(",")]
    for address in addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None or not 0 < int(match[2] or 1) <= _LAST_PORT:
            named = f"{takeable(address)[:60]} 不是" if address else "缺少"
            raise ValueError(f"{named}“主机:端口”；多个用逗号隔开，例如 kafka-1:9092,kafka-2:9092")
    return ",".join(addresses)


def checked_prefix(prefix: str) -> str:
    """Raises ValueError where Kafka would allow no topic of such a name."""
    if not re.fullmatch(r"[A-Za-z0-9._-]*", prefix) or len(prefix) > MAX_PREFIX_CHARACTERS:
        raise ValueError(f"只能用英文字母、数字、点、下划线和连字符，最多{MAX_PREFIX_CHARACTERS}个字符")
    return prefix


def checked_security(security: Mapping[str, str]) -> dict[str, str]:
    """Raises ValueError. A protocol the library does not know would be spoken as PLAINTEXT, without a word."""
    for key, value in security.items():
        if key not in _KEYS:
            raise ValueError(f"没有 {takeable(key)[:40]} 这一项；{advice(key, _KEYS)}")
        choices = _CHOICES.get(key, (value,))
        if value not in choices:
            raise ValueError(f"{key} 应为 {'、'.join(choices)} 之一")
    return dict(security)
