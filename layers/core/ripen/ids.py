"""Names for things that must be the same however often the same work is done."""

from base64 import b32encode
from hashlib import sha256


def digest(*parts: object) -> str:
    """26 lower-case base32 characters of the first 16 bytes of sha256; parts are told apart by a unit separator."""
    raw = sha256("\x1f".join(str(part) for part in parts).encode()).digest()[:16]
    return b32encode(raw).decode().rstrip("=").lower()


def send_id(origin: str, entry: str, step: str, occurrence: int, lead: str, channel: str = "email") -> str:
    """One message to one person at one visit to one step; never a version, a time or a retry (DESIGN rule 4).

    `origin` is the journey or the campaign, `entry` the enrollment's key, `step` the step's id.
    """
    return digest("send", origin, entry, step, occurrence, lead, channel)


def alert_id(lead: str, kind: str, episode: int) -> str:
    """One card for one lead's nth time of being hot."""
    return digest("alert", lead, kind, episode)
