"""Whose certificates the downloader trusts: the public authorities and, beside them, one key of our own proxy."""

import base64
import hashlib
import ssl

import certifi
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_LEGACY_SERVER_CONNECT = 0x4
"""ssl.OP_LEGACY_SERVER_CONNECT, named since 3.12: many servers are too old for RFC 5746, which browsers bear."""


def public_authorities() -> ssl.SSLContext:
    """This machine's and Mozilla's: a bare container has none of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def nobody() -> ssl.SSLContext:
    """Verifies nothing: only good for being shown certificates."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def with_pinned(chain: list[bytes], spki: str) -> ssl.SSLContext | None:
    """The public authorities, and the certificate of `chain` (DER) whose key has this hash (base64 SHA-256).

    Who shows the certificate must still own its key or have been certified with it, for the very name that was asked
    for. Null when the key is not there, or in nothing that OpenSSL can read.
    """
    pinned = next((certificate for certificate in chain if _spki(certificate) == spki), None)
    if pinned is None:
        return None
    context = public_authorities()
    try:
        context.load_verify_locations(cadata=pinned)
    except ssl.SSLError:
        return None
    # A proxy's certificate need not be an authority's, nor as exact as the public ones.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _spki(certificate: bytes) -> str | None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()
