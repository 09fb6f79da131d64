"""How long a retry waits: exponential backoff, for work whose next attempt is a due time in the table."""

from datetime import timedelta

_MOST_DOUBLINGS = 20
"""A second doubled so often is 12 days: longer than any caller waits, and no overflow however many attempts there
were."""


_LONGEST_ASKED = 86_400


def retry_after(header: str) -> int | None:
    """Return the seconds in a Retry-After header, at most a day; None for a date or anything else.

    Source: RFC 9110 §10.2.3.
    """
    return min(int(header), _LONGEST_ASKED) if header.isascii() and header.isdecimal() and len(header) < 20 else None


def backoff(attempts: int, first: timedelta, longest: timedelta, asked: float | None = None) -> timedelta:
    """Return the wait after so many earlier attempts: `first`, doubled with each of them, at most `longest`.

    The number of seconds that the other side `asked` for replaces the formula.
    """
    if asked is not None:
        return timedelta(seconds=asked)
    return min(first * (1 << min(max(attempts, 0), _MOST_DOUBLINGS)), longest)
