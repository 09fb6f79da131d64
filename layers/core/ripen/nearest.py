"""Suggest a known name for one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import normalize

from ripen.words import Words

_MOST_LISTED = 12


def nearest(word: str, known: Iterable[str]) -> Words:
    """Return a clause that ends a sentence: "; did you mean …?", or all known names where they are few, or ""."""
    choice = sorted(known)
    close = get_close_matches(normalize("NFKC", word), choice, n=1, cutoff=0.5)
    if close:
        return Words(f"; did you mean {close[0]!r}?", f"。もしかして {close[0]!r} ですか？")
    if not 0 < len(choice) <= _MOST_LISTED:
        return Words("", "")
    names = ", ".join(choice)
    return Words(f"; write one of: {names}", f"。使える名前: {names}")
