"""Choose a lead's path of a split by hash, so that the choice is stable and depends on no other lead."""

from collections.abc import Sequence
from hashlib import sha256
from math import log

from ripen.playbook.graph import Share

_HASH_VALUES = 2**64


def choose_path(by: str, lead: str, shares: Sequence[Share]) -> int:
    """Return the index of the lead's path.

    The order of the paths does not matter. A path that is added or gets a higher weight takes leads from the others,
    but no lead moves between the others (weighted rendezvous hashing: Schindelhauer and Schomaker, 2005).
    """
    return min(range(len(shares)), key=lambda number: _distance(by, lead, shares[number]))


def _distance(by: str, lead: str, share: Share) -> float:
    """Return an exponentially distributed number whose rate is the weight.

    The path with the smallest number wins, so each path wins in proportion to its weight.
    """
    drawn = int.from_bytes(sha256(f"split\x1f{by}\x1f{lead}\x1f{share.name}".encode()).digest()[:8])
    return -log((drawn + 0.5) / _HASH_VALUES) / share.weight if share.weight > 0 else float("inf")
