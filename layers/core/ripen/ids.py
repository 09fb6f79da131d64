"""Deterministic ids: repeated work produces the same id."""

from base64 import b32encode
from hashlib import sha256


def digest(*parts: object) -> str:
    """Return the first 16 bytes of the parts' SHA-256 as 26 lower-case base32 characters.

    The parts are joined with the unit separator, so ("ab", "c") and ("a", "bc") differ.
    """
    raw = sha256("\x1f".join(str(part) for part in parts).encode()).digest()[:16]
    return b32encode(raw).decode().rstrip("=").lower()


def send_id(origin: str, entry: str, step: str, occurrence: int, lead: str, channel: str = "email") -> str:
    """Return the id of one message to one lead at one visit to one step.

    It contains no version, time or retry, so that a message cannot be sent twice. `origin` is the journey or the
    campaign, `entry` the enrollment's key, `step` the step's id.
    """
    return digest("send", origin, entry, step, occurrence, lead, channel)


def alert_id(lead: str, kind: str, cause: int | str) -> str:
    """Return the id of a Slack card; the cause is a number of a hot episode, or an activity that asks for contact."""
    return digest("alert", lead, kind, cause)
