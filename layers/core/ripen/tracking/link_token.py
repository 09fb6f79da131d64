"""Signed links: tokens that identify a mail and a link and that only we can make.

Layout: version, key id, send id (16 bytes), link number (2 bytes, only in a click), lead id, and the start of an
HMAC-SHA256 over the purpose and the rest. Version 1 holds the 16 bytes of a lead id that is a UUID in hexadecimal
digits, version 2 the text of any other lead id. A token contains no address and no URL, and is valid for one purpose
only.

The key id is the lowest byte of the key's generation: a token of the previous key is accepted too.

A page's address carries a bridge token: version, key id, time (4 bytes, seconds since 1970), click id (16 bytes), lead
id, signature. It connects the browser that opens the page with the click, and needs no row.

The address of a reply holds at most 64 characters before its "@" (RFC 5321, 4.5.3.1.1), which leaves 8 bytes for the
signature.
"""

import hmac
import re
from base64 import b32decode, b32encode, b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from ripen.key_ring import Key, KeyRing
from ripen.tracking.visitor import Bridge

_UUID, _TEXT = 1, 2
_SIGNATURE, _REPLY_SIGNATURE = 16, 8
_SHORTEST, LONGEST_TOKEN = 36, 200
"""In characters. The shortest holds a head of 18 bytes and a signature of 8."""
_UUID_HEX = re.compile("[0-9a-f]{32}")


class Purpose(StrEnum):
    """What a token is for: a page that a mail links to (or that a click opens), or the address of a reply."""

    CLICK = "click"
    UNSUBSCRIBE = "unsubscribe"
    REPLY = "reply"
    BRIDGE = "bridge"
    CONFIRM = "confirm"


class BadToken(Exception):
    """The token was not made by us, is cut short or altered, or is for another purpose."""


class Link(Struct, frozen=True):
    """A link of a mail: its lead, the send, and the number of the link."""

    lead: str
    send: str
    number: int = 0


def sign_token(keys: KeyRing, purpose: Purpose, link: Link) -> str:
    """Return the token of a link, in the URL-safe base64 alphabet: 56 characters for a reply to a lead with a UUID."""
    number = link.number.to_bytes(2) if purpose is Purpose.CLICK else b""
    return _sign(keys, purpose, _id_bytes(link.send) + number, link.lead)


def read_token(keys: KeyRing, purpose: Purpose, token: str) -> Link:
    """Return the link of a token. Raises BadToken."""
    head = _verified(keys, purpose, token)
    send = _id_text(head[2:18])
    number, lead = (int.from_bytes(head[18:20]), head[20:]) if purpose is Purpose.CLICK else (0, head[18:])
    return Link(_lead_text(head[0], lead), send, number)


def sign_bridge(keys: KeyRing, bridge: Bridge) -> str:
    """Return the bridge token, in the URL-safe base64 alphabet: 72 characters for a lead with a UUID."""
    return _sign(keys, Purpose.BRIDGE, int(bridge.at.timestamp()).to_bytes(4) + _id_bytes(bridge.click), bridge.lead)


def read_bridge(keys: KeyRing, token: str) -> Bridge:
    """Return the click that a bridge token connects with, its time in whole seconds. Raises BadToken."""
    head = _verified(keys, Purpose.BRIDGE, token)
    at = datetime.fromtimestamp(int.from_bytes(head[2:6]), UTC)
    return Bridge(lead=_lead_text(head[0], head[22:]), click=_id_text(head[6:22]), at=at)


def _sign(keys: KeyRing, purpose: Purpose, content: bytes, lead: str) -> str:
    version, lead_bytes = (_UUID, bytes.fromhex(lead)) if _UUID_HEX.fullmatch(lead) else (_TEXT, lead.encode())
    head = bytes((version, _key_id(keys.signing))) + content + lead_bytes
    return urlsafe_b64encode(head + _signature(keys.signing.secret, purpose, head)).decode().rstrip("=")


def _verified(keys: KeyRing, purpose: Purpose, token: str) -> bytes:
    """Return the token without its signature. Raises BadToken."""
    raw = _decoded(token)
    length = _signature_length(purpose)
    head, signature = raw[:-length], raw[-length:]
    key = next((key.secret for key in keys.accepted if _key_id(key) == head[1]), None)
    if key is None or not hmac.compare_digest(signature, _signature(key, purpose, head)):
        raise BadToken
    return head


def _id_bytes(id: str) -> bytes:
    return b32decode(id.upper() + "=" * (-len(id) % 8))


def _id_text(id: bytes) -> str:
    return b32encode(id).decode().rstrip("=").lower()


def _lead_text(version: int, lead: bytes) -> str:
    return lead.hex() if version == _UUID else lead.decode()


def _decoded(token: str) -> bytes:
    """Return the bytes of a token. Raises BadToken for a text that is no base64, or is too short or too long."""
    if not _SHORTEST <= len(token) <= LONGEST_TOKEN or not token.isascii():
        raise BadToken
    try:
        return b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except NotBase64:
        raise BadToken from None


def _key_id(key: Key) -> int:
    return key.generation % 256


def _signature(key: bytes, purpose: Purpose, head: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + head, sha256)[: _signature_length(purpose)]


def _signature_length(purpose: Purpose) -> int:
    return _REPLY_SIGNATURE if purpose is Purpose.REPLY else _SIGNATURE
