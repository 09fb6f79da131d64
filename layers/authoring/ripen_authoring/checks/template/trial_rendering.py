"""Render every template before publishing: once for a lead with all fields and once for a lead with none."""

from collections.abc import Iterator
from copy import replace
from datetime import UTC, datetime

from ripen.capture.pages import FormContent, render_page
from ripen.ids import send_id
from ripen.key_ring import KeyRing
from ripen.lead.lead import Profile
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import CLIPPED, LARGEST, OutgoingMail, RenderError, compose
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Bundle, Email
from ripen.playbook.template import render_text
from ripen.playbook.template_limits import TemplateError
from ripen.words import Words
from ripen_authoring.checks.template.liquid_words import liquid_error
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.simple_steps import UpdatePart
from ripen_authoring.problem import Problem

_NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
_NOBODY = Profile(id="0" * 32, email="hanako@sample.example", created=_NOW)
_HANAKO = replace(
    _NOBODY, last_name="山田", first_name="花子", company="株式会社サンプル", department="営業部", job_title="部長"
)
_FIELDS = ("last_name", "first_name", "company", "department", "job_title")
_LINKS = MailLinks("https://0123456789.execute-api.ap-northeast-1.amazonaws.com", KeyRing.of(bytes(32)))
"""Links as long as those of a stack without a domain of its own."""
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
    """Compose each mail as it is sent, with its signed links, and weigh it."""
    for email in bundle.emails.values():
        for locale in email.locales:
            source = folder.emails[email.name].bodies[locale].source
            for lead in (_HANAKO, _NOBODY):
                try:
                    weight = _composed(bundle, email, replace(lead, locale=locale)).weight
                except RenderError as error:
                    yield source.problem(1, 1, _reason(error))
                    continue
                if weight > CLIPPED:
                    yield source.warning(1, 1, _clipped(weight))


def _composed(bundle: Bundle, email: Email, lead: Profile) -> OutgoingMail:
    send = Send(
        id=send_id("trial", "entry", "step", 0, lead.id),
        lead=lead.id,
        email=email.name,
        mail_class=MailClass(email.mail_class),
        origin="trial",
        step="step",
        planned=_NOW,
    )
    return compose(send, lead, bundle, _LINKS, _NOW)


def _reason(error: RenderError) -> Words:
    if isinstance(error.__cause__, TemplateError):
        return liquid_error(error.__cause__)
    most = LARGEST // 1000
    return Words(
        f"this mail has over {most} KB with its links, and would not be sent; make it shorter",
        f"このメールはリンクを含めて {most} KB を超えるため、送信できません。短くしてください",
    )


def _clipped(weight: int) -> Words:
    return Words(
        f"this mail has {weight // 1000} KB with its links, and Gmail cuts off what follows 102 KB; make it shorter",
        f"このメールはリンクを含めて {weight // 1000} KB です。Gmail では 102 KB で途中で切れます。短くしてください",
    )


def _check_reasons(folder: Folder) -> Iterator[Problem]:
    """Render the words of each rule, and of points that journeys give, as the reasons for a score."""
    for document, where, words in _reasons(folder):
        for locale, text in words.root.items():
            for lead in (_HANAKO, _NOBODY):
                fields = {name: getattr(lead, name) for name in _FIELDS}
                try:
                    render_text(text, _REASON | {"lead": {**fields, "locale": locale, "domain": "sample.example"}})
                except TemplateError as error:
                    yield document.problem((*where, locale), liquid_error(error))


def _reasons(folder: Folder) -> Iterator[tuple[Document, DocumentPath, LocalizedText]]:
    if scoring := folder.scoring:
        yield from ((scoring.document, where, words) for where, words, _ in scoring.model.placed_words())
    for entry in folder.journeys.values():
        for step in placed_steps(entry.model.steps):
            if isinstance(step.part, UpdatePart) and step.part.update.words:
                yield entry.document, (*step.where, "update", "words"), step.part.update.words
