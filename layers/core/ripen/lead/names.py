"""Names of people, kept and shown as typed: 髙 stays 髙, and in 山田 太郎 the family name comes first."""

from unicodedata import category
from unicodedata import name as letter_name

from msgspec import Struct

_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
_LONGEST, _LONGEST_EAST_ASIAN, _MOST_WORDS = 40, 20, 4
_MARKS = "-‐'’・･"


class PersonName(Struct, frozen=True):
    """A name in two parts."""

    last: str
    first: str = ""
    sure: bool = True
    """False if a person should check how the name was split."""


def split_name(full: str) -> PersonName:
    """Split a full name into family and given name; a name without a space becomes `last` and is not sure."""
    parts = full.split()
    if len(parts) < 2:
        return PersonName("".join(parts), sure=False)
    if any(_is_east_asian(letter) for letter in full):
        return PersonName(parts[0], " ".join(parts[1:]), sure=len(parts) == 2)
    return PersonName(parts[-1], " ".join(parts[:-1]), sure=len(parts) == 2)


def _is_east_asian(letter: str) -> bool:
    return letter_name(letter, "").startswith(_EAST_ASIAN)


def looks_like_a_name(text: str) -> bool:
    """Return whether a stranger may have this text shown in a mail as a name: a few words of letters, and no address.

    It has at most 40 letters (20 in an East Asian script) and four words, and only the marks that names have.
    """
    words = text.split()
    longest = _LONGEST_EAST_ASIAN if any(map(_is_east_asian, text)) else _LONGEST
    return 0 < len(text) <= longest and len(words) <= _MOST_WORDS and all(map(_is_word_of_a_name, words))


def _is_word_of_a_name(word: str) -> bool:
    """Return whether the word has letters, and marks only between or after them."""
    letters = [letter for letter in word.removesuffix(".") if letter not in _MARKS]
    is_address = word.casefold().startswith(("http", "www"))
    return bool(letters) and not is_address and all(category(letter)[0] in "LM" for letter in letters)
