"""Names of people, kept and shown as typed: 髙 stays 髙, and in 山田 太郎 the family name comes first."""

from unicodedata import name as letter_name

from msgspec import Struct

_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


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
