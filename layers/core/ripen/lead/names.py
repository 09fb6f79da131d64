"""Names of people: kept and shown as typed, split with care. Japanese first: 山田 太郎 is the family name before the given
name, and 髙 stays 髙.
"""

from unicodedata import name as letter_name

from msgspec import Struct

_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


class PersonName(Struct, frozen=True):
    last: str
    first: str = ""
    sure: bool = True
    """False: a person should look at how the name was split."""


def split_name(full: str) -> PersonName:
    """Family and given name of a full name written in one field; a name without a space goes to `last`, unsure."""
    parts = full.split()
    if len(parts) < 2:
        return PersonName("".join(parts), sure=False)
    if any(_is_east_asian(letter) for letter in full):
        return PersonName(parts[0], " ".join(parts[1:]), sure=len(parts) == 2)
    return PersonName(parts[-1], " ".join(parts[:-1]), sure=len(parts) == 2)


def _is_east_asian(letter: str) -> bool:
    return letter_name(letter, "").startswith(_EAST_ASIAN)
