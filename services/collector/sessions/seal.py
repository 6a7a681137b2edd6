"""AES-256-GCM (NIST SP 800-38D) around a saved login: unreadable without the key, and unchangeable."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import InputError

KEY_BYTES = 32
_MAGIC = b"XJSESS1\n"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HOW = "请用 openssl rand -base64 32 生成一个，存入仅运行用户可读的文件，写作 session_key: {file: 该文件}"


class BrokenSealError(Exception):
    """These bytes are no whole seal: cut, or never one."""


class WrongSealError(Exception):
    """Another key, another session's seal, or changed bytes: they cannot be told apart."""


class Seal:
    """One key. Any thread may use it."""

    def __init__(self, key: str) -> None:
        """`key`: 32 bytes as base64. Raises InputError, which does not repeat it."""
        self._cipher = AESGCM(_key_bytes(key))

    def closed(self, content: bytes, owner: str) -> bytes:
        """`owner`: whose it is; it opens for no other."""
        nonce = os.urandom(_NONCE_BYTES)
        return _MAGIC + nonce + self._cipher.encrypt(nonce, content, _MAGIC + owner.encode())

    def opened(self, sealed: bytes, owner: str) -> bytes:
        """Raises BrokenSealError, WrongSealError."""
        if not sealed.startswith(_MAGIC) or len(sealed) < len(_MAGIC) + _NONCE_BYTES + _TAG_BYTES:
            raise BrokenSealError
        at = len(_MAGIC) + _NONCE_BYTES
        try:
            return self._cipher.decrypt(sealed[len(_MAGIC) : at], sealed[at:], _MAGIC + owner.encode())
        except InvalidTag:
            raise WrongSealError from None


def _key_bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError("browser.session_key", f"不是 32 字节的 base64 密钥；{_HOW}")
    return key


def no_key() -> InputError:
    """What is said where a login is to be sealed or opened without a key."""
    return InputError("browser.session_key", f"没有设置保存登录状态的密钥；{_HOW}")
