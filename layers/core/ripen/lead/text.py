"""Text from outside: cleaned before it is stored, and made safe before it is shown on one line."""

from datetime import date
from unicodedata import category, normalize

_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Zero-width spaces and direction overrides, pasted by accident or meant to deceive."""
_LINE_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
"""Besides "\\n": those of old files, and of texts that are copied from Word."""
_TO_NEW_LINE = dict.fromkeys(map(ord, _LINE_BREAKS), "\n")
OBJECT = "\ufffc"
"""Unicode's placeholder for something in a text that is no text: a picture, or an object in a JSON body."""
OLDEST_YEAR = 1900
"""A day before it is a filler or a slip, such as 0001-01-01: no birthday of a lead, and no day of a contract."""
_JOINERS = "\u200c\u200d"
"""Zero-width joiners; Persian, Hindi and emoji such as 👩‍👧 change without them."""


def clean(typed: str, multiline: bool = False) -> str | None:
    """Return the text without surrounding spaces and invisible characters; None if it contains control characters.

    Line breaks become spaces unless `multiline`. A text of nothing but joiners is empty.
    """
    text = _with_line_breaks(typed).replace("\t", " ")
    if not multiline:
        text = " ".join(text.split("\n"))
    text = "".join(letter for letter in text if letter not in _INVISIBLE)
    if any(map(_is_control, text)):
        return None
    return text.strip() if text.strip(_JOINERS + " ") else ""


def without_controls(typed: str) -> str:
    """Return the text without its control characters and halves of letters; line breaks and tabs stay."""
    return "".join(letter for letter in _with_line_breaks(typed) if letter == "\t" or not _is_control(letter))


def _with_line_breaks(typed: str) -> str:
    return typed.replace("\r\n", "\n").translate(_TO_NEW_LINE)


def _is_control(letter: str) -> bool:
    return letter == OBJECT or (letter != "\n" and category(letter) in ("Cc", "Cs"))


def one_line(text: str) -> str:
    """Return the text on one line: line breaks, control characters and direction overrides become one space."""
    return " ".join("".join(letter if is_shown(letter) else " " for letter in text).split())


def is_shown(letter: str) -> bool:
    """Return whether the character is visible or joins visible characters."""
    return letter.isprintable() or letter in _JOINERS


def is_day(text: str) -> bool:
    """Return whether the text is a day of the calendar since 1900, as a browser's date field sends it: 2026-12-31."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return text.isascii() and day.isoformat() == text and day.year >= OLDEST_YEAR


def folded(text: str) -> str:
    """Return the text in one width and one case, to search it for words."""
    return normalize("NFKC", text).casefold()
