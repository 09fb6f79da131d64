"""Text from outside, before it is kept."""

from unicodedata import category

_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Zero-width spaces and direction overrides: pasted along, or meant to deceive."""


def clean(typed: str, lines: bool = False) -> str | None:
    """As typed, but for spaces around it, line breaks (unless it may have `lines`) and what nobody sees; None where it
    holds control characters."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = " ".join(text.split("\n"))
    text = "".join(letter for letter in text if letter not in _INVISIBLE)
    if any(category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter != "\n" for letter in text):
        return None
    return text.strip()
