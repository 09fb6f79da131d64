"""Names of people and companies: kept and shown as typed, split and matched with care.

Japanese first: 山田 太郎 is the family name before the given name, 髙 stays 髙, and 株式会社 before a name (前株) makes
another company than after it (後株).
"""

import re
from dataclasses import dataclass
from unicodedata import name as letter_name
from unicodedata import normalize

_SAME = str.maketrans("髙﨑邊邉齋齊濵濱嶋澤廣櫻國眞德", "高崎辺辺斎斉浜浜島沢広桜国真徳")
"""Old and printers' forms of letters in names, for matching only."""
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")

_KINDS = {
    "株式会社": "株",
    "(株)": "株",
    "有限会社": "有",
    "(有)": "有",
    "合同会社": "合",
    "(同)": "合",
    "(合)": "合",
    "一般社団法人": "一社",
    "(一社)": "一社",
    "(社)": "社",
    "(財)": "財",
}
_WESTERN = re.compile(r"\b(incorporated|inc|corporation|corp|company|co|limited|ltd|llc|kk|k\.k|gmbh|plc|sa)\b\.?")
_PUNCTUATION = re.compile(r"[\s.,、。・･'\"’‘”“_-]+")


@dataclass(frozen=True)
class PersonName:
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


def loosely(name: str) -> str:
    """For comparing names, never for showing them: width, case, spaces and old forms of letters do not count."""
    return "".join(normalize("NFKC", name).casefold().translate(_SAME).split())


def company_key(company: str) -> str:
    """The same for the same company however it was typed: ㈱, (株) and 株式会社, width, case, spaces. 株式会社 before and
    after a name give two keys, because these are two companies."""
    text = normalize("NFKC", company).casefold().translate(_SAME)
    for written, kind in _KINDS.items():
        text = text.replace(written, f"<{kind}>")
    return _PUNCTUATION.sub("", text)


def company_hint(company: str) -> str:
    """As company_key, without 株式会社 and the like: equal hints are worth asking a person, never worth merging."""
    text = _WESTERN.sub(" ", normalize("NFKC", company).casefold())
    return re.sub(r"<[^>]*>", "", company_key(text)) or company_key(company)


def _is_east_asian(letter: str) -> bool:
    return letter_name(letter, "").startswith(_EAST_ASIAN)
