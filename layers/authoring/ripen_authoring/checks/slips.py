"""Warn of slips that break no rule: typographic quotes, words of another page, and a form that nothing listens to."""

import re
from collections.abc import Iterator
from typing import Any

from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder, PageEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.problem import Problem

_CURLY = "“”„‟‘’"
_IN_A_TAG = re.compile(rf"<[a-zA-Z][^<>]*?[\w-]=[{_CURLY}]")
_IN_A_LINK = re.compile(rf"\]\([^()\s]+\s+[{_CURLY}]")
_AROUND = re.compile(rf"[{_CURLY}].*[{_CURLY}]", re.DOTALL)
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL | re.IGNORECASE)
_WRITE_STRAIGHT = Words(
    'these are typographic quotes, which count as letters; write " instead',
    '“ ” は引用符として働かず、文字として扱われます。" を使ってください',
)


def check(folder: Folder, scored: Entry[ScoringFile]) -> Iterator[Problem]:
    yield from _check_quotes(folder)
    yield from _check_headings(folder)
    yield from _check_effects(folder, scored)


def _check_quotes(folder: Folder) -> Iterator[Problem]:
    """Warn of typographic quotes where only straight ones quote: in YAML, in a tag, and in a link of Markdown."""
    settings: list[Entry[Any]] = [*folder.forms.values(), *folder.journeys.values(), *folder.segments.values()]
    settings += [*folder.campaigns.values(), *folder.emails.values()]
    settings += [page for versions in folder.pages.values() for page in versions.values()]
    for entry in settings:
        yield from _quoted_values(entry.document, entry.document.value, ())
    for versions in folder.pages.values():
        for page in versions.values():
            yield from _found(page.source, _IN_A_TAG)
    for mail in folder.emails.values():
        for body in mail.bodies.values():
            yield from _found(body.source, _IN_A_LINK if body.written_as == "md" else _IN_A_TAG)


def _quoted_values(document: Document, value: object, where: tuple[int | str, ...]) -> Iterator[Problem]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _quoted_values(document, inner, (*where, key))
        case list():
            for number, inner in enumerate(value):
                yield from _quoted_values(document, inner, (*where, number))
        case str() if _AROUND.fullmatch(value.strip()):
            yield document.warning(where, _WRITE_STRAIGHT)


def _found(source: ExpandedTemplate, pattern: re.Pattern[str]) -> Iterator[Problem]:
    for found in pattern.finditer(source.text):
        yield source.warning(*source.at(found.end() - 1), _WRITE_STRAIGHT)


def _check_headings(folder: Folder) -> Iterator[Problem]:
    """Warn of a page with a form whose heading is that of a page with another form: its words were copied."""
    first: dict[tuple[str, str], PageEntry] = {}
    for versions in folder.pages.values():
        for locale, page in versions.items():
            heading = _HEADING.search(page.source.text)
            if heading is None or not page.model.form or "{{" in heading[1]:
                continue
            other = first.setdefault((locale, " ".join(heading[1].split())), page)
            if other.model.form != page.model.form:
                message = Words(
                    f"this is also the heading of {other.document.file}, which shows another form; "
                    "write what this form offers",
                    f"{other.document.file} と同じ見出しですが、フォームが異なります。"
                    "このフォームに合う言葉にしてください",
                )
                yield page.source.warning(*page.source.at(heading.start(1)), message)


def _check_effects(folder: Folder, scored: Entry[ScoringFile]) -> Iterator[Problem]:
    """Warn of a form after which nothing happens, unless a file that could not be read may use it."""
    if any(getattr(folder, kind).keys() != folder.names.get(kind, set()) for kind in ("journeys", "segments")):
        return
    models = [scored.model, *(entry.model for entry in folder.journeys.values())]
    models += [entry.model for entry in folder.segments.values()]
    used = {name for model in models for name in _forms_in(model.model_dump())}
    for name, form in folder.forms.items():
        if not form.model.hand_off and not used & {name, "any"}:
            message = Words(
                "nothing happens after this form: give points for it in scoring.yaml, start a journey with it, "
                "or write `hand_off: true`",
                "このフォームを送っても何も起きません。scoring.yaml で点を付けるか、シナリオを始めるか、"
                "`hand_off: true` と書いてください",
            )
            yield form.document.warning((), message)


def _forms_in(value: object) -> Iterator[str]:
    """Yield the forms that a file names, in its triggers, rules and clauses."""
    match value:
        case dict():
            for key, inner in value.items():
                if key in ("form", "submitted") and isinstance(inner, str):
                    yield inner
                yield from _forms_in(inner)
        case list() | tuple():
            for inner in value:
                if isinstance(inner, str):
                    continue
                yield from _forms_in(inner)
