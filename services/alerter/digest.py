"""Whether a channel's settings changed since it was switched off, without keeping anything of them that can be read."""

import hashlib
import hmac
import json
import secrets

from pydantic import SecretStr

from services.alerter.channels.base import Channel

_SALT_BYTES = 16


def digest_of(channel: Channel) -> str:
    """`salt:hash`, slow to guess from: a password may be short."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{salt.hex()}:{_hash(channel, salt)}"


def is_same(channel: Channel, digest: str) -> bool:
    """True when `digest` was made of a channel with these very settings."""
    salt, _, known = digest.partition(":")
    return hmac.compare_digest(_hash(channel, bytes.fromhex(salt)), known)


def _hash(channel: Channel, salt: bytes) -> str:
    kind = f"{type(channel).__module__}.{type(channel).__qualname__}"
    settings = {name: _plain(value) for name, value in channel}
    given = json.dumps([kind, settings], sort_keys=True, ensure_ascii=True).encode()
    return hashlib.scrypt(given, salt=salt, n=2**13, r=8, p=1).hex()


def _plain(value: object) -> object:
    if isinstance(value, Channel):
        return {name: _plain(inner) for name, inner in value}
    return value.get_secret_value() if isinstance(value, SecretStr) else repr(value)
