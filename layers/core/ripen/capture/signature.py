"""Signatures of webhooks: a shared secret over the exact bytes of the body.

A SignatureSpec holds what differs between providers. Our own signatures, sent and received, also have a timestamp.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from msgspec import Struct

_SECONDS = re.compile(r"[0-9]{1,12}")
_FRESH_SECONDS = 300


class SignatureSpec(Struct, frozen=True):
    """HMAC-SHA256 over the raw body: `prefix` and encoded digest in `header` (lower-case)."""

    header: str
    prefix: str
    encoding: Literal["base64", "hex"]


TYPEFORM = SignatureSpec("typeform-signature", "sha256=", "base64")
"""Source: Typeform, Webhooks, "Secure your webhooks"."""


def is_signed(spec: SignatureSpec, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the body is signed with the secret: False for an empty secret, a missing or a malformed header."""
    given = headers.get(spec.header, "")
    if not secret or not given.isascii():
        return False
    return hmac.compare_digest(given, spec.prefix + _digest(spec, secret, body))


def signature(key: bytes, stamp: str, body: bytes) -> str:
    """Return "v1=" and the HMAC-SHA256, in hex, over the timestamp, a dot and the body as sent."""
    return "v1=" + hmac.digest(key, stamp.encode() + b"." + body, sha256).hex()


def signature_error(key: bytes, headers: Mapping[str, str], body: bytes, wall: float) -> str:
    """Return what is wrong with our own signature on a request, for its sender to read; "" if nothing is.

    `wall` is the time, in seconds since 1970.
    """
    stamp, given = headers.get("ripen-timestamp", ""), headers.get("ripen-signature", "")
    if not stamp or not given:
        return "the headers Ripen-Timestamp and Ripen-Signature are required"
    if not _SECONDS.fullmatch(stamp):
        return "Ripen-Timestamp must be the seconds since 1970, in digits"
    if abs(wall - int(stamp)) > _FRESH_SECONDS:
        return "Ripen-Timestamp is more than five minutes off: sign again for each attempt, and check your clock"
    if not given.isascii() or not hmac.compare_digest(given, signature(key, stamp, body)):
        return (
            "the signature is wrong: sign the timestamp, a dot and the body as sent with the key of `ripen secret api`"
        )
    return ""


def _digest(spec: SignatureSpec, secret: str, body: bytes) -> str:
    digest = hmac.digest(secret.encode(), body, sha256)
    return digest.hex() if spec.encoding == "hex" else b64encode(digest).decode()
