"""Record ids: 3 characters for the object, 12 that count, and 3 that encode the case of the first 15."""

import re
from string import ascii_uppercase, digits

_ALPHABET = digits + ascii_uppercase + ascii_uppercase.lower()
_GUARD = ascii_uppercase + "012345"
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


def make(prefix: str, number: int) -> str:
    """Return the id of the nth record of an object."""
    tail = ""
    for _ in range(9):
        number, rest = divmod(number, 62)
        tail = _ALPHABET[rest] + tail
    return full(f"{prefix}J50{tail}")


def full(id: str) -> str:
    """Return the 18 characters of an id of 15 or 18."""
    head = id[:15]
    return head + "".join(
        _GUARD[sum(1 << place for place, letter in enumerate(head[start : start + 5]) if letter.isupper())]
        for start in (0, 5, 10)
    )


def looks_right(id: object) -> bool:
    """Return whether this is a well-formed id with the right last three characters."""
    return isinstance(id, str) and bool(_ID.fullmatch(id)) and (len(id) == 15 or full(id).lower() == id.lower())
