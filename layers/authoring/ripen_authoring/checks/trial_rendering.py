"""Render every template before publishing: once for a lead with all fields and once for a lead with none."""

from collections.abc import Iterator

from ripen.capture.pages import FormContent, brand_variables, render_page
from ripen.mail.message import Answers, Blank
from ripen.playbook.bundle import Bundle, Mail
from ripen.playbook.template import render_html, render_text
from ripen.playbook.template_limits import TemplateError
from ripen_authoring.checks.liquid_words import liquid_error
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.simple_steps import UpdatePart
from ripen_authoring.problem import Problem

_FULL = {
    "last_name": "山田",
    "first_name": "花子",
    "company": "株式会社サンプル",
    "department": "営業部",
    "job_title": "部長",
}

_REASON = {"when": "本日2回", "count": 2, "today": 1, "last": "2026-11-21", "subject": "pricing"}


def check(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    """Yield the errors that show only when a template is rendered."""
    yield from _check_pages(bundle, folder)
    yield from _check_mails(bundle, folder)
    yield from _check_reasons(folder)


def _check_pages(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    for page in bundle.pages.values():
        form = bundle.forms.get(page.form)
        for locale in bundle.brand.locales:
            try:
                languages = {code: f"/pages/{page.name}?lang={code}" for code in bundle.brand.locales}
                render_page(page, form, bundle.brand, locale, FormContent(hidden={"nonce": "1"}), languages)
            except TemplateError as error:
                versions = folder.pages[page.name]
                source = (versions.get(locale) or versions["*"]).source
                yield source.problem(error.line, error.column, liquid_error(error))


def _check_mails(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    for email in bundle.emails.values():
        for locale, mail in email.locales.items():
            for lead in (_FULL, dict.fromkeys(_FULL, "")):
                try:
                    _render(mail, _variables(bundle, mail, locale, lead))
                except TemplateError as error:
                    yield folder.emails[email.name].bodies[locale].source.problem(1, 1, liquid_error(error))


def _check_reasons(folder: Folder) -> Iterator[Problem]:
    """Render the words of each rule, and of points that journeys give, as the reasons for a score."""
    for document, where, words in _reasons(folder):
        for locale, text in words.root.items():
            for lead in (_FULL, dict.fromkeys(_FULL, "")):
                try:
                    render_text(text, _REASON | {"lead": {**lead, "locale": locale, "domain": "sample.example"}})
                except TemplateError as error:
                    yield document.problem((*where, locale), liquid_error(error))


def _reasons(folder: Folder) -> Iterator[tuple[Document, DocumentPath, LocalizedText]]:
    if scoring := folder.scoring:
        for number, rule in enumerate(scoring.model.engagement):
            yield scoring.document, ("engagement", number, "words"), rule.words
        for number, fit in enumerate(scoring.model.fit):
            yield scoring.document, ("fit", number, "words"), fit.words
    for entry in folder.journeys.values():
        for step in placed_steps(entry.model.steps):
            if isinstance(step.part, UpdatePart) and step.part.update.words:
                yield entry.document, (*step.where, "update", "words"), step.part.update.words


def _render(mail: Mail, variables: dict[str, object]) -> None:
    render_html(mail.html, variables)
    for source in (mail.text, mail.subject, mail.preheader):
        render_text(source, variables)


def _variables(bundle: Bundle, mail: Mail, locale: str, lead: dict[str, str]) -> dict[str, object]:
    return {
        "entry": Blank(),
        "answers": Answers(),
        "lead": Blank({**lead, "locale": locale}),
        "owner": {"name": ""},
        "greeting": "山田 花子 様",
        "brand": brand_variables(bundle.brand, locale),
        "links": [f"https://ripen.example/c/{number}" for number in range(len(mail.links))],
        "unsubscribe_url": "https://ripen.example/unsubscribe/1",
        "preheader": "",
        "today": "2026年11月21日",
    }
