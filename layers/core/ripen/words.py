"""A text for people, in both languages that Ripen speaks, side by side."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Lang = Literal["ja", "en"]
_LETTER, _BRACKET = "[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]", "[「」『』（）]"
_NO_SPACE = re.compile(rf"(?<={_LETTER}) +(?={_LETTER})|(?<={_BRACKET}) (?=\w)|(?<=\w) (?={_BRACKET})")
_KEPT_SPACE = "\ue000"
"""Stands for a space of a fact while the spaces of its sentence are removed: 山田 太郎 keeps its own."""
_INNER_EN, _INNER_JA = str.maketrans("“”", "‘’"), str.maketrans("「」", "『』")


class Words(NamedTuple):
    """Both languages say the same. A text that lacks one of them cannot be built."""

    en: str
    ja: str

    def in_language(self, lang: str) -> str:
        """Return the Japanese text for "ja" and the English text for every other language."""
        return self.ja if lang == "ja" else self.en


def quoted(words: Words) -> Words:
    """Return the words in quotation marks. Quotation marks within them become inner ones."""
    return Words(f"“{words.en.translate(_INNER_EN)}”", f"「{words.ja.translate(_INNER_JA)}」")


def filled(sentence: Words, facts: Mapping[str, str], lang: str) -> str:
    """Return a sentence with its facts; "" stands for a missing one.

    A Japanese sentence is written with a space on both sides of a fact. It stays beside a Latin word or a number, and
    goes between two Japanese letters and at a bracket.
    """
    if lang != "ja":
        return sentence.en.format_map(_Blank(facts)).strip()
    kept = _Blank({name: fact.replace(" ", _KEPT_SPACE) for name, fact in facts.items()})
    return _NO_SPACE.sub("", sentence.ja.format_map(kept)).replace(_KEPT_SPACE, " ").strip()


class _Blank(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def escaped(text: str) -> str:
    """Return the text with line breaks and control characters escaped, so that it stays on one line."""
    return "".join(
        each if each.isprintable() or each == "　" else each.encode("unicode_escape").decode() for each in text
    )
