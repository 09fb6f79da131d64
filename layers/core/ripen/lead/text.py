"""Text from outside: before it is kept, and before it is shown on one line."""

from unicodedata import category

_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Zero-width spaces and direction overrides: pasted along, or meant to deceive."""
_JOINERS = "\u200c\u200d"
"""Between letters of Persian or Hindi, and between the people of 👩‍👧: without them another text stands there."""


def clean(typed: str, lines: bool = False) -> str | None:
    """As typed, but for spaces around it, line breaks (unless it may have `lines`) and what nobody sees; None where it
    holds control characters. What only joins is nothing."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = " ".join(text.split("\n"))
    text = "".join(letter for letter in text if letter not in _INVISIBLE)
    if any(category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter != "\n" for letter in text):
        return None
    return text.strip() if text.strip(_JOINERS + " ") else ""


def one_line(text: str) -> str:
    """Nothing in it begins a line or a header of its own, or turns the reading direction: that is one space."""
    return " ".join("".join(letter if is_shown(letter) else " " for letter in text).split())


def is_shown(letter: str) -> bool:
    """Does one see it, or does it join what one sees?"""
    return letter.isprintable() or letter in _JOINERS
