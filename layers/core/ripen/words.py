"""A text for people, in both languages that Ripen speaks, side by side."""

from typing import Literal, NamedTuple

Lang = Literal["ja", "en"]


class Words(NamedTuple):
    """Both languages say the same. A text that lacks one of them cannot be built."""

    en: str
    ja: str

    def in_language(self, lang: str) -> str:
        """Return the Japanese text for "ja" and the English text for every other language."""
        return self.ja if lang == "ja" else self.en
