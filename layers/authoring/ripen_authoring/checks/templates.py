"""Are the templates sound: they parse, ask for nothing unknown, link to what is there, and say what the law wants said."""

import re
from collections.abc import Iterator

from ripen.nearest import nearest
from ripen_authoring.checks import accessibility, variables
from ripen_authoring.checks.variables import Known
from ripen_authoring.files.folder import Body, Entry, Folder, MailEntry, PageEntry
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.flow import laid_out, templates
from ripen_authoring.mails import bodies, mjml, rendering
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_HREF = re.compile(r'\shref="(/pages/[^"]*)"')
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>")
_NO_LINK = re.compile(r"\]\([^()\s]+ [^()\"]*\)")
_LEGAL = {
    "unsubscribe_url": 'a way to stop it: <a href="{{ unsubscribe_url }}">',
    "brand.sender_name": "who sends it: {{ brand.sender_name }}",
    "brand.postal_address": "the sender's postal address: {{ brand.postal_address }}",
    "brand.contact": "where to complain: {{ brand.contact }}",
}


def unsound(folder: Folder, scoring: Entry[ScoringFile], ripen: RipenFile) -> Iterator[Problem]:
    """Every mistake in a template."""
    for name, versions in folder.pages.items():
        yield from _pages(folder, name, versions, ripen.locales)
    for name, mail in folder.emails.items():
        yield from _mail(folder, name, mail, ripen)
    for number, rule in enumerate(scoring.model.engagement):
        yield from _words(scoring, ("engagement", number, "words"), rule.words, variables.ENGAGEMENT)
    for number, fit in enumerate(scoring.model.fit):
        yield from _words(scoring, ("fit", number, "words"), fit.words, variables.FIT)
    yield from _steps(folder)


def _pages(folder: Folder, name: str, versions: dict[str, PageEntry], locales: tuple[str, ...]) -> Iterator[Problem]:
    for locale in locales:
        if not {locale, "*"} & versions.keys() and not folder.is_broken(f"pages/{name}.{locale}.liquid"):
            yield Problem(next(iter(versions.values())).document.file, 1, 1, f"there is no {name}.{locale}.liquid")
    for page in versions.values():
        yield from variables.unknown(page.source, variables.PAGE, html=True)
        yield from _links(folder, page.source)


def _steps(folder: Folder) -> Iterator[Problem]:
    """The templates in journeys' steps."""
    known = variables.step(folder)
    for entry in folder.journeys.values():
        for place, source in templates(laid_out(entry.model.steps)):
            for problem in variables.unknown(ExpandedTemplate(source, ((entry.document.file, 1),)), known, html=False):
                yield entry.document.problem(place, problem.message)


def _mail(folder: Folder, name: str, mail: MailEntry, ripen: RipenFile) -> Iterator[Problem]:
    known, locales = variables.mail(folder), ripen.locales
    for key, words in (("subject", mail.model.subject), ("preheader", mail.model.preheader)):
        yield from _words(mail, (key,), words, known)
    for locale, subject in mail.model.subject.root.items():
        if not subject.strip():
            yield mail.document.problem(("subject", locale), "a mail without a subject looks like spam; write one")
    for locale in locales:
        if locale not in mail.bodies:
            others = {body.written_as for body in mail.bodies.values()}
            wanted = f"{locale}.{min(others)}" if others else f"{locale}.mjml, .md, .html or .txt"
            if any(folder.is_broken(f"emails/{name}/{locale}.{kind}") for kind in ("mjml", "md", "html", "txt")):
                continue
            yield mail.document.problem((), f"there is no {wanted} beside this file")
    for locale in sorted((mail.bodies.keys() | mail.localized_texts.keys()) - set(locales)):
        yield mail.document.problem((), f"{locale!r} is none of the locales in ripen.yaml{nearest(locale, locales)}")
    for locale, body in mail.bodies.items():
        yield from _body(folder, name, mail, locale, body, ripen, known)


def _body(
    folder: Folder, name: str, mail: MailEntry, locale: str, body: Body, ripen: RipenFile, known: Known
) -> Iterator[Problem]:
    source, text = body.source, mail.localized_texts.get(locale)
    mistakes = list(variables.unknown(source, known, html=body.written_as != "txt"))
    if body.written_as == "mjml":
        mistakes += mjml.wrong(source)
    if body.written_as == "md" and body.frame is None:
        return  # said already
    if text:
        mistakes += variables.unknown(text, known, html=False)
    yield from mistakes
    yield from _links(folder, source)
    if mistakes:
        return
    try:
        made = bodies.made(mail, locale, name, ripen)
    except rendering.BadLink as bad:
        message = f"a link needs a fixed target (https://… or /pages/…) or {{{{ unsubscribe_url }}}}, not {str(bad)!r}"
        yield source.problem(*source.at(max(source.text.find(str(bad)), 0)), message)
        return
    except ValueError as error:
        yield source.problem(1, 1, f"MJML: {error}")
        return
    if body.written_as == "md":
        yield from _no_markdown(source)
    yield from _made(mail, source, made)
    yield from _gone(folder, source, made)
    yield from accessibility.poor(source, made.html)
    yield from _untold(source, made, ripen)


def _made(mail: MailEntry, source: ExpandedTemplate, made: bodies.CompiledMail) -> Iterator[Problem]:
    """What the law and the mailbox providers ask of the finished mail."""
    if rendering.is_too_heavy(made.html):
        yield source.problem(1, 1, "this mail is larger than 100 KB; mailbox providers cut it off")
    if not made.text.strip() or not source.text.strip():
        yield source.problem(1, 1, "this mail has no text part; write some words")
    parts = (("html", made.html), ("text", made.text)) if made.html else (("text", made.text),)
    for part, template in parts:
        said = variables.used(template, html=part == "html")
        if mail.model.mail_class == "marketing":
            for needed, what in _LEGAL.items():
                if needed not in said:
                    yield source.problem(1, 1, f"the {part} of a marketing mail must say {what}")
        for number, link in enumerate(made.links):
            if f"links[{number}]" not in said:
                yield source.problem(1, 1, f"the {part} lacks the link to {link}")


def _untold(source: ExpandedTemplate, made: bodies.CompiledMail, ripen: RipenFile) -> Iterator[Problem]:
    """Links of which nobody could tell later where the visit came from."""
    for link in made.links:
        if bodies.is_ours(link, ripen) and not bodies.has_utm(link):
            place = source.at(max(source.text.find(link), 0))
            message = (
                f"{link} has no utm_source; add it, or write `utm: {{}}` in ripen.yaml to have it put on all links"
            )
            yield source.warning(*place, message)


def _no_markdown(source: ExpandedTemplate) -> Iterator[Problem]:
    """What stands in a mail as it is written, though something else was meant."""
    for tag in _TAG.finditer(source.text):
        message = f"Markdown shows {tag[0][:20]!r} as it is; write Markdown, or the mail as .html"
        yield source.warning(*source.at(tag.start()), message)
    for link in _NO_LINK.finditer(source.text):
        message = "this is no link, for there is a space in the address; write it as %20"
        yield source.warning(*source.at(link.start()), message)


def _gone(folder: Folder, source: ExpandedTemplate, made: bodies.CompiledMail) -> Iterator[Problem]:
    """Links to pages that are not there."""
    names = folder.names.get("pages", set())
    for link in made.links:
        page = rendering.own_page(link)
        if page and page not in names:
            place = source.at(max(source.text.find(f"/pages/{page}"), 0))
            yield source.problem(*place, f"there is no page {page!r}{nearest(page, names)}")


def _links(folder: Folder, source: ExpandedTemplate) -> Iterator[Problem]:
    names = folder.names.get("pages", set())
    for found in _HREF.finditer(source.text):
        page = rendering.own_page(found[1])
        if page not in names:
            yield source.problem(*source.at(found.start(1)), f"there is no page {page!r}{nearest(page, names)}")


def _words[M](entry: Entry[M], where: tuple[int | str, ...], words: LocalizedText, known: Known) -> Iterator[Problem]:  # type: ignore[type-var]
    for locale, source in words.root.items():
        template = ExpandedTemplate(source, ((entry.document.file, 1),))
        for problem in variables.unknown(template, known, html=False):
            yield entry.document.problem((*where, locale), problem.message)
