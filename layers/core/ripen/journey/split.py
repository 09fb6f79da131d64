"""Which path of a split a lead takes: by hash, so that it is the same again, and so that nobody else changes it."""

from collections.abc import Sequence
from hashlib import sha256
from math import log

from ripen.playbook.graph import Share

_MOST = 2**64


def taken(by: str, lead: str, shares: Sequence[Share]) -> int:
    """The number of the lead's path. Their order does not matter, and one that is added or made heavier takes leads from the
    others, but moves none between them (weighted rendezvous hashing: Schindelhauer and Schomaker, 2005)."""
    return min(range(len(shares)), key=lambda number: _distance(by, lead, shares[number]))


def _distance(by: str, lead: str, share: Share) -> float:
    """Exponentially distributed with the weight as its rate: the least of them is this one's by its share."""
    drawn = int.from_bytes(sha256(f"split\x1f{by}\x1f{lead}\x1f{share.name}".encode()).digest()[:8])
    return -log((drawn + 0.5) / _MOST) / share.weight if share.weight > 0 else float("inf")
