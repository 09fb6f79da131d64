"""Signatures of webhooks: a shared secret over the exact bytes of the body.

A SignatureSpec holds what differs between providers. Our own signatures, sent and received, also cover the time, the
Idempotency-Key and the address: nobody can pass a request on to
another receiver, or replay it under a new key.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from ripen.key_ring import KeyRing

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


class SignedRequest(Struct, frozen=True, kw_only=True):
    """What our own signature covers."""

    stamp: str
    """The seconds since 1970, in digits."""
    key: str
    """The Idempotency-Key, "" without one."""
    url: str
    """The whole address of a request that we send; the path alone of one that we receive under any of our names."""
    body: bytes


def signature(secret: bytes, request: SignedRequest) -> str:
    """Return "v1=" and the HMAC-SHA256, in hex, over the timestamp, the key, the URL and the body, one line each."""
    lines = (*(line.encode(errors="replace") for line in (request.stamp, request.key, request.url)), request.body)
    return "v1=" + hmac.digest(secret, b"\n".join(lines), sha256).hex()


def signatures(keys: KeyRing, request: SignedRequest) -> str:
    """Return the signatures with the newest and the previous key, separated by a comma: a receiver may have either."""
    return ",".join(signature(key.secret, request) for key in keys.accepted)


def signature_error(keys: KeyRing, headers: Mapping[str, str], url: str, body: bytes, wall: float) -> str:
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
    request = SignedRequest(stamp=stamp, key=headers.get("idempotency-key", ""), url=url, body=body)
    known = [signature(key.secret, request) for key in keys.accepted]
    if not given.isascii() or not any(hmac.compare_digest(given, each) for each in known):
        return (
            "the signature is wrong: sign the timestamp, the Idempotency-Key, the path and the body as sent, one line "
            "each, with the key of `ripen secret api`"
        )
    return ""


def _digest(spec: SignatureSpec, secret: str, body: bytes) -> str:
    digest = hmac.digest(secret.encode(), body, sha256)
    return digest.hex() if spec.encoding == "hex" else b64encode(digest).decode()
