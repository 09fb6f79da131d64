"""The names of the playbook's parts as people read them: titles of journeys, forms …, and the subjects of mails."""

import re
from collections.abc import Mapping
from typing import Literal, Protocol

from ripen.playbook.bundle import Bundle
from ripen.words import Words, quoted

_OUTPUT, _TAG = re.compile(r"\{\{.*?\}\}", re.DOTALL), re.compile(r"\{%.*?%\}", re.DOTALL)
_BLANKS = re.compile(r" {2,}")
Folder = Literal["journeys", "segments", "campaigns", "emails", "forms", "pages"]


class _Titled(Protocol):
    @property
    def title(self) -> Mapping[str, str]:
        """The title by locale."""


def title(bundle: Bundle, folder: Folder, name: str) -> Words:
    """Return the title of the part; the file's name stands in where it has none."""
    texts, locale = _texts(bundle, folder, name), bundle.brand.default_locale
    first = texts.get(locale) or texts.get("*") or next(filter(None, texts.values()), name)
    return Words(texts.get("en") or first, texts.get("ja") or first)


def quoted_title(bundle: Bundle, folder: Folder, name: str) -> Words:
    """Return the title in quotation marks, for a sentence."""
    return quoted(title(bundle, folder, name))


def title_and_name(bundle: Bundle, folder: Folder, name: str) -> Words:
    """Return the title with the file's name behind it, for a heading; the name alone where there is no title."""
    found = title(bundle, folder, name)
    return found if found == (name, name) else Words(f"{found.en} ({name})", f"{found.ja}（{name}）")


def _texts(bundle: Bundle, folder: Folder, name: str) -> Mapping[str, str]:
    """Return the title by locale, {} without one. A folder that has no such file may have had it once."""
    if folder == "emails":
        mail = bundle.emails.get(name)
        return {locale: without_liquid(each.subject, "…") for locale, each in mail.locales.items()} if mail else {}
    parts: Mapping[str, _Titled] = getattr(bundle, folder)
    return parts[name].title if name in parts else {}


def without_liquid(text: str, instead: str) -> str:
    """Return the text with `instead` in place of what differs from lead to lead."""
    return _BLANKS.sub(" ", _TAG.sub("", _OUTPUT.sub(instead, text))).strip()
