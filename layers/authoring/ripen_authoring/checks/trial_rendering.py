"""A rehearsal before publishing: every page and mail is rendered for somebody we know well and for somebody we do not."""

from collections.abc import Iterator

from ripen.capture.pages import brand_variables, render_page
from ripen.mail.message import Answers, Blank
from ripen.playbook.bundle import Bundle
from ripen.playbook.template import render_html, render_text
from ripen.playbook.template_limits import TemplateError
from ripen_authoring.files.folder import Folder
from ripen_authoring.problem import Problem

_FIELDS = ("last_name", "first_name", "company", "department", "job_title")
_FULL = {
    "last_name": "山田",
    "first_name": "花子",
    "company": "株式会社サンプル",
    "department": "営業部",
    "job_title": "部長",
}


def failures(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    """What only shows when it is rendered."""
    yield from _pages(bundle, folder)
    yield from _mails(bundle, folder)


def _pages(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    for page in bundle.pages.values():
        form = bundle.forms.get(page.form)
        for locale in bundle.brand.locales:
            try:
                languages = {code: f"/pages/{page.name}?lang={code}" for code in bundle.brand.locales}
                render_page(page, form, bundle.brand, locale, nonce="1", hidden={"url": "/"}, languages=languages)
            except TemplateError as error:
                versions = folder.pages[page.name]
                source = (versions.get(locale) or versions["*"]).source
                yield source.problem(error.line, error.column, f"Liquid: {error.reason}")


def _mails(bundle: Bundle, folder: Folder) -> Iterator[Problem]:
    for email in bundle.emails.values():
        for locale, mail in email.locales.items():
            for known in (_FULL, dict.fromkeys(_FIELDS, "")):
                said = {
                    "entry": Blank(),
                    "answers": Answers(),
                    "lead": Blank({**known, "locale": locale}),
                    "owner": {"name": ""},
                    "greeting": "山田 花子 様",
                    "brand": brand_variables(bundle.brand, locale),
                    "links": [f"https://ripen.example/c/{number}" for number in range(len(mail.links))],
                    "unsubscribe_url": "https://ripen.example/unsubscribe/1",
                    "preheader": "",
                    "today": "2026年11月21日",
                }
                try:
                    render_html(mail.html, said)
                    for source in (mail.text, mail.subject, mail.preheader):
                        render_text(source, said)
                except TemplateError as error:
                    yield folder.emails[email.name].bodies[locale].source.problem(1, 1, f"Liquid: {error.reason}")
