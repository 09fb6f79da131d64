"""Check the templates of pages, journey steps and scoring rules."""

import re
from collections.abc import Iterator
from typing import Any

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks.template import variables
from ripen_authoring.checks.template.variables import Known, check_template
from ripen_authoring.files.folder import Entry, Folder, PageEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.flow import placed_steps, templates
from ripen_authoring.mails import rendering
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.simple_steps import UpdatePart
from ripen_authoring.problem import Problem

_PAGE_LINK = re.compile(r'\shref="(/pages/[^"]*)"')


def check(folder: Folder, scoring: Entry[ScoringFile], locales: tuple[str, ...]) -> Iterator[Problem]:
    """Check all templates but those of mails, which `mails` checks."""
    for name, versions in folder.pages.items():
        yield from _check_page(folder, name, versions, locales)
    for where, words, is_deed in scoring.model.placed_words():
        yield from check_words(scoring, where, words, variables.ENGAGEMENT if is_deed else variables.FIT)
    yield from _check_steps(folder)


def check_words(entry: Entry[Any], where: DocumentPath, words: LocalizedText, known: Known) -> Iterator[Problem]:
    """Check a text with Liquid in each language."""
    for locale, source in words.root.items():
        yield from _check_text(entry, (*where, locale), source, known)


def check_page_links(folder: Folder, source: ExpandedTemplate) -> Iterator[Problem]:
    """Check that links to our own pages lead to pages that exist."""
    names = folder.names.get("pages", set())
    for found in _PAGE_LINK.finditer(source.text):
        page = rendering.own_page(found[1])
        if page not in names:
            yield source.problem(*source.at(found.start(1)), unknown_page(page, names))


def unknown_page(page: str, names: set[str]) -> Words:
    """Return the message for a link to a page that the playbook does not have."""
    hint = nearest(page, names)
    return Words(f"there is no page {page!r}{hint.en}", f"ページ {page!r} はありません{hint.ja}")


def _check_page(
    folder: Folder, name: str, versions: dict[str, PageEntry], locales: tuple[str, ...]
) -> Iterator[Problem]:
    for locale in locales:
        if not {locale, "*"} & versions.keys() and not folder.is_invalid(f"pages/{name}.{locale}.liquid"):
            missing = f"{name}.{locale}.liquid"
            message = Words(f"there is no {missing}", f"{missing} がありません")
            yield Problem(next(iter(versions.values())).document.file, 1, 1, message)
    for page in versions.values():
        yield from check_template(page.source, variables.PAGE, html=True)
        yield from check_page_links(folder, page.source)


def _check_steps(folder: Folder) -> Iterator[Problem]:
    known = variables.in_steps(folder)
    for entry in folder.journeys.values():
        steps_in_place = placed_steps(entry.model.steps)
        for where, source in templates(steps_in_place):
            yield from _check_text(entry, where, source, known)
        for step in steps_in_place:
            if isinstance(step.part, UpdatePart) and step.part.update.words:
                where = (*step.where, "update", "words")
                yield from check_words(entry, where, step.part.update.words, variables.ENGAGEMENT)


def _check_text(entry: Entry[Any], where: DocumentPath, source: str, known: Known) -> Iterator[Problem]:
    """Check a text with Liquid in a YAML file. Its problems are located at its key."""
    template = ExpandedTemplate(source, ((entry.document.file, 1),))
    for problem in check_template(template, known, html=False):
        yield entry.document.problem(where, problem.message)
