"""Check that every text is there in each language of ripen.yaml, and in no other."""

from collections.abc import Iterator
from typing import Any

from ripen.nearest import nearest
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.files.validation import localized_texts
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
    ]
    for entry in entries:
        yield from _check_texts(entry, ripen.model.locales)


def _check_texts(entry: Entry[Any], locales: tuple[str, ...]) -> Iterator[Problem]:
    for where, text in localized_texts(entry.model):
        if "*" in text.root:
            continue
        missing = [locale for locale in locales if locale not in text.root]
        if missing:
            yield entry.document.problem(where, f"{where[-1]!r} has no text in {', '.join(missing)}")
        for locale in text.root.keys() - set(locales):
            message = f"{locale!r} is not in `locales` of ripen.yaml{nearest(locale, locales).en}"
            yield entry.document.problem((*where, locale), message)
