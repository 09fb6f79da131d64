"""Signed links: 48 characters that say which mail and which link, and that nobody but us can make.

Layout: version, key id, send id (16 bytes), link number (2), first 16 bytes of an HMAC-SHA256 over the purpose and the
rest. No address and no URL is inside, and a token of one purpose is worth nothing for another.
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
    CLICK = "click"
    OPEN = "open"
    UNSUBSCRIBE = "unsubscribe"
    REPLY = "reply"


class BadToken(Exception):
    """Not one of ours, cut short, altered, or made for another purpose."""


class Link(Struct, frozen=True):
    send: str
    number: int = 0


def sign(key: bytes, purpose: Purpose, link: Link) -> str:
    """The token of a link; 48 characters of the URL-safe base64 alphabet."""
    send = b32decode(link.send.upper() + "=" * (-len(link.send) % 8))
    head = bytes((_VERSION, _KEY_ID)) + send + link.number.to_bytes(2)
    return urlsafe_b64encode(head + _seal(key, purpose, head)).decode()


def read(key: bytes, purpose: Purpose, token: str) -> Link:
    """The link behind a token. Raises BadToken."""
    if len(token) != _LENGTH or not token.isascii():
        raise BadToken
    try:
        raw = urlsafe_b64decode(token)
    except (NotBase64, ValueError):
        raise BadToken from None
    head, seal = raw[:-16], raw[-16:]
    if len(head) != 20 or head[:2] != bytes((_VERSION, _KEY_ID)):
        raise BadToken
    if not hmac.compare_digest(seal, _seal(key, purpose, head)):
        raise BadToken
    return Link(b32encode(head[2:18]).decode().rstrip("=").lower(), int.from_bytes(head[18:]))


def _seal(key: bytes, purpose: Purpose, head: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + head, sha256)[:16]
