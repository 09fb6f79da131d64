"""Suggest a known name for one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import normalize

_MOST_LISTED = 12


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?", or all known names where they are few, or ""."""
    choice = sorted(known)
    close = get_close_matches(normalize("NFKC", word), choice, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; write one of: {', '.join(choice)}" if 0 < len(choice) <= _MOST_LISTED else ""
