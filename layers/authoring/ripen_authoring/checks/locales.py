"""Check that every text is there in each language of ripen.yaml, and in no other."""

from collections.abc import Iterator
from typing import Any

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.files.validation import localized_texts
from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem


def check(folder: Folder, ripen: Entry[RipenFile], scoring: Entry[ScoringFile]) -> Iterator[Problem]:
    """Check the texts of all files that have any."""
    entries: list[Entry[Any]] = [
        ripen,
        scoring,
        *folder.forms.values(),
        *folder.emails.values(),
        *folder.journeys.values(),
        *folder.segments.values(),
        *folder.campaigns.values(),
    ]
    for entry in entries:
        yield from _check_texts(entry, ripen.model.locales)


def _check_texts(entry: Entry[Any], locales: tuple[str, ...]) -> Iterator[Problem]:
    """Check the texts of one file. A title that only people in the company read may lack a language: a warning."""
    for where, text in localized_texts(entry.model):
        if "*" in text.root:
            continue
        missing = [locale for locale in locales if locale not in text.root]
        if missing:
            languages = ", ".join(missing)
            message = Words(
                f"{where[-1]!r} has no text in {languages}", f"{where[-1]!r} に次の言語の文がありません: {languages}"
            )
            is_read_inside = where == ("title",) and not isinstance(entry.model, FormFile)
            yield (entry.document.warning if is_read_inside else entry.document.problem)(where, message)
        for locale in text.root.keys() - set(locales):
            yield entry.document.problem((*where, locale), unknown_locale(locale, locales))


def unknown_locale(locale: str, locales: tuple[str, ...]) -> Words:
    """Return the message for a language that the playbook does not have."""
    hint = nearest(locale, locales)
    return Words(
        f"{locale!r} is not in `locales` of ripen.yaml{hint.en}",
        f"{locale!r} は ripen.yaml の `locales` にありません{hint.ja}",
    )
