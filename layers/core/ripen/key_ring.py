"""Keys derived from the master key: one for each purpose, in generations that can be rotated.

The current generation signs. It and the previous one are accepted, so that links in mails, requests on their way and
receivers of webhooks survive a rotation. A new generation signs only some minutes after the rotation, when every
running function has read it.

The secret holds "master" and, after the first rotation, "rotations": for each purpose its generation, since when that
one signs, and the previous key in hex. A fixed key is kept in hex when the master is rotated: it never changes.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

UNTIL_READ = timedelta(minutes=10)
"""How long the previous key goes on signing: twice the time for which a function caches the secret."""


class Rotated(StrEnum):
    """The purposes whose keys can be rotated."""

    LINK = "link"
    """Links and reply addresses in mails."""
    WEBHOOK = "webhook"
    """Requests of webhook steps."""
    API = "api"
    """Requests of other systems that enrol leads."""
    SALESFORCE = "salesforce"
    """The address to which Salesforce sends outbound messages."""


MASTER = "master"
FIXED = ("address", "network")
"""The purposes whose keys never change. Leads are found by the hash of their address, and a proof of consent keeps the
hash of its network: with another key they would be lost."""


class RotationTooSoon(Exception):
    """The last rotation is not in effect everywhere: another one would make keys invalid that still sign."""


class Key(Struct, frozen=True):
    """One generation of a key, counted from 1."""

    generation: int
    secret: bytes


class KeyRing(Struct, frozen=True):
    """The keys of one purpose: the one that signs, and those that are accepted, newest first."""

    signing: Key
    accepted: tuple[Key, ...]

    @staticmethod
    def of(secret: bytes) -> "KeyRing":
        """Return a ring with one key."""
        key = Key(1, secret)
        return KeyRing(key, (key,))


class _Rotation(Struct, frozen=True, omit_defaults=True):
    generation: int = 1
    since: int = 0
    """When this generation begins to sign, in seconds since 1970."""
    previous: str = ""
    fixed: str = ""


def derived_key(secret: Mapping[str, Any], purpose: str) -> bytes:
    """Return the newest 32-byte key of a purpose.

    It is the HMAC-SHA256 of the purpose and the generation under the master, so that no key reveals another.
    """
    rotation = _rotation(secret, purpose)
    if rotation.fixed:
        return bytes.fromhex(rotation.fixed)
    label = purpose if rotation.generation == 1 else f"{purpose}.{rotation.generation}"
    return hmac.digest(str(secret[MASTER]).encode(), label.encode(), sha256)


def key_ring(secret: Mapping[str, Any], purpose: Rotated, wall: float) -> KeyRing:
    """Return the keys of a purpose at this time, in seconds since 1970."""
    rotation = _rotation(secret, purpose)
    newest = Key(rotation.generation, derived_key(secret, purpose))
    if not rotation.previous:
        return KeyRing(newest, (newest,))
    previous = Key(rotation.generation - 1, bytes.fromhex(rotation.previous))
    return KeyRing(newest if wall >= rotation.since else previous, (newest, previous))


def rotated_at(secret: Mapping[str, Any], purpose: Rotated) -> int:
    """Return since when the newest key signs, in seconds since 1970; 0 before the first rotation."""
    return _rotation(secret, purpose).since


def rotate(secret: Mapping[str, Any], purpose: Rotated, wall: float) -> dict[str, Any]:
    """Return the secret with a new generation of one purpose's key. Raises RotationTooSoon."""
    return dict(secret) | {"rotations": _rotations(secret) | {purpose: _next(secret, purpose, wall)}}


def rotate_master(secret: Mapping[str, Any], master: str, wall: float) -> dict[str, Any]:
    """Return the secret with a new master, and with it a new generation of every key but the fixed ones.

    Raises RotationTooSoon.
    """
    rotations = {purpose: _next(secret, purpose, wall) for purpose in Rotated}
    fixed = {purpose: _stored(_Rotation(fixed=derived_key(secret, purpose).hex())) for purpose in FIXED}
    return dict(secret) | {MASTER: master, "rotations": _rotations(secret) | rotations | fixed}


def _next(secret: Mapping[str, Any], purpose: Rotated, wall: float) -> dict[str, Any]:
    rotation = _rotation(secret, purpose)
    if wall < rotation.since:
        raise RotationTooSoon
    since = int(wall + UNTIL_READ.total_seconds())
    return _stored(_Rotation(rotation.generation + 1, since, derived_key(secret, purpose).hex()))


def _rotation(secret: Mapping[str, Any], purpose: str) -> _Rotation:
    return msgspec.convert(_rotations(secret).get(purpose, {}), _Rotation)


def _rotations(secret: Mapping[str, Any]) -> dict[str, Any]:
    return dict(secret.get("rotations") or {})


def _stored(rotation: _Rotation) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(rotation)
    return stored
