"""Signatures of webhooks: a shared secret over the body's very bytes. What differs between providers is written down in a
SignatureSpec, so that the next provider is a line."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from msgspec import Struct


class SignatureSpec(Struct, frozen=True):
    """HMAC-SHA256 over the raw body, as `prefix` and encoded digest in `header` (lower-case)."""

    header: str
    prefix: str
    encoding: Literal["base64", "hex"]


TYPEFORM = SignatureSpec("typeform-signature", "sha256=", "base64")
"""Source: Typeform, Webhooks, "Secure your webhooks"."""


def genuine(spec: SignatureSpec, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the secret? Never for an empty secret, a missing or a malformed header."""
    given = headers.get(spec.header, "")
    if not secret or not given.isascii():
        return False
    return hmac.compare_digest(given, spec.prefix + _digest(spec, secret, body))


def _digest(spec: SignatureSpec, secret: str, body: bytes) -> str:
    digest = hmac.digest(secret.encode(), body, sha256)
    return digest.hex() if spec.encoding == "hex" else b64encode(digest).decode()
