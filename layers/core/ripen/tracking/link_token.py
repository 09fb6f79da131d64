"""Signed links: tokens of 48 characters that identify a mail and a link and that only we can make.

Layout: version, key id, send id (16 bytes), link number (2 bytes), first 16 bytes of an HMAC-SHA256 over the purpose
and the rest. A token contains no address and no URL, and is valid for one purpose only.
"""

import hmac
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

_VERSION = 1
_KEY_ID = 1
_LENGTH = 48


class Purpose(StrEnum):
    """What a token is for: a link under /c/, a link under /unsubscribe/, or the address of a reply."""

    CLICK = "click"
    UNSUBSCRIBE = "unsubscribe"
    REPLY = "reply"


class BadToken(Exception):
    """The token was not made by us, is cut short or altered, or is for another purpose."""


class Link(Struct, frozen=True):
    """A link of a mail: the send and the number of the link."""

    send: str
    number: int = 0


def sign_token(key: bytes, purpose: Purpose, link: Link) -> str:
    """Return the token of a link: 48 characters of the URL-safe base64 alphabet."""
    send = b32decode(link.send.upper() + "=" * (-len(link.send) % 8))
    head = bytes((_VERSION, _KEY_ID)) + send + link.number.to_bytes(2)
    return urlsafe_b64encode(head + _signature(key, purpose, head)).decode()


def read_token(key: bytes, purpose: Purpose, token: str) -> Link:
    """Return the link of a token. Raises BadToken."""
    if len(token) != _LENGTH or not token.isascii():
        raise BadToken
    try:
        raw = urlsafe_b64decode(token)
    except (NotBase64, ValueError):
        raise BadToken from None
    head, signature = raw[:-16], raw[-16:]
    if len(head) != 20 or head[:2] != bytes((_VERSION, _KEY_ID)):
        raise BadToken
    if not hmac.compare_digest(signature, _signature(key, purpose, head)):
        raise BadToken
    return Link(b32encode(head[2:18]).decode().rstrip("=").lower(), int.from_bytes(head[18:]))


def _signature(key: bytes, purpose: Purpose, head: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + head, sha256)[:16]
