"""Check mails: their templates, their links, and what the law and mailbox providers require."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ripen.playbook.template_limits import TemplateError
from ripen.words import Words
from ripen_authoring.checks.locales import unknown_locale
from ripen_authoring.checks.mail import accessibility, mailbox_rules
from ripen_authoring.checks.template import variables
from ripen_authoring.checks.template.liquid_words import liquid_error
from ripen_authoring.checks.template.templates import check_page_links, check_words, unknown_page
from ripen_authoring.checks.template.variables import Known, check_template
from ripen_authoring.files.folder import Body, Folder, MailEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.mails import mjml, rendering
from ripen_authoring.mails.addresses import unclear_addresses
from ripen_authoring.mails.bodies import CompiledMail, compile_mail, has_utm, is_own_site
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import InvalidValue, Problem

_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_LINK_WITH_SPACE = re.compile(r"\]\([^()\s]+ [^()\"]*\)")
_REQUIRED_BY_LAW = {
    "unsubscribe_url": Words(
        'an unsubscribe link: <a href="{{ unsubscribe_url }}">',
        '配信停止のリンク（<a href="{{ unsubscribe_url }}">）',
    ),
    "brand.legal_name": Words(
        "the sender's legal name: {{ brand.legal_name }}", "送信者の正式な名称（{{ brand.legal_name }}）"
    ),
    "brand.postal_address": Words(
        "the sender's postal address: {{ brand.postal_address }}", "送信者の住所（{{ brand.postal_address }}）"
    ),
    "brand.contact": Words("a contact for complaints: {{ brand.contact }}", "苦情の連絡先（{{ brand.contact }}）"),
}
_PARTS = {"html": " HTML ", "text": "テキスト"}


@dataclass(frozen=True)
class _BodyCheck:
    """A mail's body in one language, and what is needed to check it."""

    folder: Folder
    ripen: RipenFile
    name: str
    mail: MailEntry
    locale: str
    body: Body
    known: Known

    @property
    def source(self) -> ExpandedTemplate:
        return self.body.source


def check(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check every mail in every language."""
    known = variables.in_mails(folder)
    for name, mail in folder.emails.items():
        yield from check_words(mail, ("subject",), mail.model.subject, known)
        yield from check_words(mail, ("preheader",), mail.model.preheader, known)
        for locale, subject in mail.model.subject.root.items():
            if not subject.strip():
                message = Words(
                    "write a subject: a mail without one looks like spam",
                    "件名を書いてください。件名のないメールは迷惑メールに見えます",
                )
                yield mail.document.problem(("subject", locale), message)
        yield from mailbox_rules.check_subjects(mail)
        yield from mailbox_rules.check_sender_name(mail)
        yield from _check_locales(folder, name, mail, ripen.locales)
        for locale, body in mail.bodies.items():
            yield from _check_body(_BodyCheck(folder, ripen, name, mail, locale, body, known))


def _check_locales(folder: Folder, name: str, mail: MailEntry, locales: tuple[str, ...]) -> Iterator[Problem]:
    """Check that there is a body in each language of ripen.yaml, and in no other."""
    for locale in locales:
        if locale in mail.bodies:
            continue
        if any(folder.is_invalid(f"emails/{name}/{locale}.{kind}") for kind in ("mjml", "md", "html", "txt")):
            continue
        others = {body.written_as for body in mail.bodies.values()}
        missing = f"{locale}.{min(others)}" if others else f"{locale}.mjml, .md, .html or .txt"
        message = Words(f"there is no {missing} beside this file", f"このファイルの横に {missing} がありません")
        yield mail.document.problem((), message)
    for locale in sorted((mail.bodies.keys() | mail.text_parts.keys()) - set(locales)):
        yield mail.document.problem((), unknown_locale(locale, locales))


def _check_body(check: _BodyCheck) -> Iterator[Problem]:
    """Check one body.

    1. Its template and, in MJML, its markup.
    2. If these are right, compile it.
    3. Check the compiled mail.
    """
    if check.body.written_as == "md" and check.body.frame is None:
        return  # the missing frame is reported already
    mistakes = [*_template_problems(check), *_own_part_problems(check)]
    yield from mistakes
    yield from check_page_links(check.folder, check.source)
    if mistakes:
        return
    source = check.source
    try:
        compiled = compile_mail(check.mail, check.locale, check.name, check.ripen)
    except rendering.BadLink as bad:
        link = str(bad)
        message = Words(
            f"a link needs a fixed target (https://… or /pages/…) or {{{{ unsubscribe_url }}}}, not {link!r}",
            f"リンク先 {link!r} は使えません。固定のアドレス（https://… か /pages/…）か {{{{ unsubscribe_url }}}} を"
            "書いてください",
        )
        yield source.problem(*_place(source, link), message)
    except InvalidValue as error:
        yield source.problem(1, 1, error.message)
    except ValueError as error:
        yield source.problem(1, 1, Words(f"MJML: {error}", f"MJML のエラー: {error}"))
    else:
        try:
            yield from _check_compiled(check, compiled)
        except TemplateError as error:  # such as Liquid in a place where a compiler changes it
            yield source.problem(1, 1, liquid_error(error))


def _template_problems(check: _BodyCheck) -> Iterator[Problem]:
    yield from check_template(check.source, check.known, html=check.body.written_as != "txt")
    if check.body.written_as == "mjml":
        yield from mjml.problems(check.source)


def _own_part_problems(check: _BodyCheck) -> Iterator[Problem]:
    """Check the text part written by hand beside the body."""
    if text := check.mail.text_parts.get(check.locale):
        yield from check_template(text, check.known, html=False)


def _check_compiled(check: _BodyCheck, compiled: CompiledMail) -> Iterator[Problem]:
    if check.body.written_as == "md":
        yield from _check_markdown(check.source)
    if check.body.written_as in ("md", "txt"):
        yield from _check_addresses(check.source)
    if text := check.mail.text_parts.get(check.locale):
        yield from _check_addresses(text)
    yield from _check_required(check.mail, check.source, compiled)
    yield from _check_links(check, compiled)
    yield from accessibility.check(check.source, compiled.html)
    yield from mailbox_rules.check(check.source, compiled.html, compiled.text)


def _check_required(mail: MailEntry, source: ExpandedTemplate, compiled: CompiledMail) -> Iterator[Problem]:
    """Check what the law and mailbox providers require of the compiled mail."""
    if not compiled.text.strip() or not source.text.strip():
        message = Words("this mail has no text; write some", "このメールには文章がありません。書いてください")
        yield source.problem(1, 1, message)
    parts = {"html": compiled.html, "text": compiled.text} if compiled.html else {"text": compiled.text}
    for part, template in parts.items():
        used = variables.used_in(template, html=part == "html")
        if mail.model.mail_class == "marketing":
            for variable, what in _REQUIRED_BY_LAW.items():
                if variable not in used:
                    message = Words(
                        f"the {part} of a marketing mail must contain {what.en}",
                        f"マーケティングメールの{_PARTS[part]}には{what.ja}が必要です",
                    )
                    yield source.problem(1, 1, message)
        for number, link in enumerate(compiled.links):
            if f"links[{number}]" not in used:
                message = Words(
                    f"the {part} of this mail has no link to {link}",
                    f"このメールの{_PARTS[part]}に {link} へのリンクがありません",
                )
                yield source.problem(1, 1, message)


def _check_links(check: _BodyCheck, compiled: CompiledMail) -> Iterator[Problem]:
    """Check that our own pages exist, and that links to our own sites say where the visit comes from."""
    source, names = check.source, check.folder.names.get("pages", set())
    for link in compiled.links:
        page = rendering.own_page(link)
        if page and page not in names:
            yield source.problem(*_place(source, f"/pages/{page}"), unknown_page(page, names))
        if is_own_site(link, check.ripen) and not has_utm(link):
            message = Words(
                f"{link} has no utm_source; add one, or write `utm: {{}}` in ripen.yaml to add it to every link",
                f"{link} に utm_source がありません。追加するか、ripen.yaml に `utm: {{}}` と書いてください",
            )
            yield source.warning(*_place(source, link), message)


def _check_markdown(source: ExpandedTemplate) -> Iterator[Problem]:
    """Warn of HTML and broken links, which Markdown shows as text."""
    for tag in _TAG.finditer(source.text):
        message = Words(
            f"Markdown shows {tag[0][:20]!r} as text; write Markdown, or use an .html file",
            f"Markdown では {tag[0][:20]!r} が文字のまま表示されます。Markdown で書くか、.html を使ってください",
        )
        yield source.warning(*source.at(tag.start()), message)
    for link in _LINK_WITH_SPACE.finditer(source.text):
        message = Words(
            "this is not a link, because its address contains a space; write %20 instead",
            "アドレスに空白があるためリンクになりません。空白を %20 と書いてください",
        )
        yield source.warning(*source.at(link.start()), message)


def _check_addresses(source: ExpandedTemplate) -> Iterator[Problem]:
    """Warn of addresses that run into words in Japanese."""
    for start, address in unclear_addresses(source.text):
        message = Words(
            f"is the whole link {address!r}? Write a space after the link, or put it in <…>",
            f"リンクは {address!r} 全体でよいですか。リンクの後に空白を入れるか、全体を <…> で囲んでください",
        )
        yield source.warning(*source.at(start), message)


def _place(source: ExpandedTemplate, text: str) -> tuple[int, int]:
    """Return line and column of the text, or of the start where it is not found."""
    return source.at(max(source.text.find(text), 0))
