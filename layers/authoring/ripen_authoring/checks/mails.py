"""Check mails: their templates, their links, and what the law and mailbox providers require."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ripen.nearest import nearest
from ripen_authoring.checks import accessibility, variables
from ripen_authoring.checks.templates import check_page_links, check_words
from ripen_authoring.checks.variables import Known, check_template
from ripen_authoring.files.folder import Body, Folder, MailEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.mails import mjml, rendering
from ripen_authoring.mails.bodies import CompiledMail, compile_mail, has_utm, is_own_site
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_LINK_WITH_SPACE = re.compile(r"\]\([^()\s]+ [^()\"]*\)")
_REQUIRED_BY_LAW = {
    "unsubscribe_url": 'an unsubscribe link: <a href="{{ unsubscribe_url }}">',
    "brand.sender_name": "the sender's name: {{ brand.sender_name }}",
    "brand.postal_address": "the sender's postal address: {{ brand.postal_address }}",
    "brand.contact": "a contact for complaints: {{ brand.contact }}",
}


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
                message = "write a subject: a mail without one looks like spam"
                yield mail.document.problem(("subject", locale), message)
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
        yield mail.document.problem((), f"there is no {missing} beside this file")
    for locale in sorted((mail.bodies.keys() | mail.text_parts.keys()) - set(locales)):
        message = f"{locale!r} is not in `locales` of ripen.yaml{nearest(locale, locales).en}"
        yield mail.document.problem((), message)


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
        message = f"a link needs a fixed target (https://… or /pages/…) or {{{{ unsubscribe_url }}}}, not {link!r}"
        yield source.problem(*_place(source, link), message)
    except ValueError as error:
        yield source.problem(1, 1, f"MJML: {error}")
    else:
        yield from _check_compiled(check, compiled)


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
    yield from _check_required(check.mail, check.source, compiled)
    yield from _check_links(check, compiled)
    yield from accessibility.check(check.source, compiled.html)


def _check_required(mail: MailEntry, source: ExpandedTemplate, compiled: CompiledMail) -> Iterator[Problem]:
    """Check what the law and mailbox providers require of the compiled mail."""
    if rendering.is_too_large(compiled.html):
        yield source.problem(1, 1, "this mail is larger than 100 KB; mailbox providers cut it off")
    if not compiled.text.strip() or not source.text.strip():
        yield source.problem(1, 1, "this mail has no text; write some")
    parts = {"html": compiled.html, "text": compiled.text} if compiled.html else {"text": compiled.text}
    for part, template in parts.items():
        used = variables.used_in(template, html=part == "html")
        if mail.model.mail_class == "marketing":
            for variable, what in _REQUIRED_BY_LAW.items():
                if variable not in used:
                    yield source.problem(1, 1, f"the {part} of a marketing mail must contain {what}")
        for number, link in enumerate(compiled.links):
            if f"links[{number}]" not in used:
                yield source.problem(1, 1, f"the {part} of this mail has no link to {link}")


def _check_links(check: _BodyCheck, compiled: CompiledMail) -> Iterator[Problem]:
    """Check that our own pages exist, and that links to our own sites say where the visit comes from."""
    source, names = check.source, check.folder.names.get("pages", set())
    for link in compiled.links:
        page = rendering.own_page(link)
        if page and page not in names:
            place = _place(source, f"/pages/{page}")
            yield source.problem(*place, f"there is no page {page!r}{nearest(page, names).en}")
        if is_own_site(link, check.ripen) and not has_utm(link):
            message = f"{link} has no utm_source; add one, or write `utm: {{}}` in ripen.yaml to add it to every link"
            yield source.warning(*_place(source, link), message)


def _check_markdown(source: ExpandedTemplate) -> Iterator[Problem]:
    """Warn of HTML and broken links, which Markdown shows as text."""
    for tag in _TAG.finditer(source.text):
        message = f"Markdown shows {tag[0][:20]!r} as text; write Markdown, or use an .html file"
        yield source.warning(*source.at(tag.start()), message)
    for link in _LINK_WITH_SPACE.finditer(source.text):
        message = "this is not a link, because its address contains a space; write %20 instead"
        yield source.warning(*source.at(link.start()), message)


def _place(source: ExpandedTemplate, text: str) -> tuple[int, int]:
    """Return line and column of the text, or of the start where it is not found."""
    return source.at(max(source.text.find(text), 0))
