"""Are the templates sound: they parse, ask for nothing unknown, link to what is there, and say what the law wants said."""

import re
from collections.abc import Iterator

from cli.playbook import mailing, mjml, variables
from cli.playbook.expansion import Expanded
from cli.playbook.folder import Entry, Folder, MailEntry, PageEntry
from cli.playbook.models import ScoringFile, Words
from cli.playbook.problem import Problem, nearest
from cli.playbook.variables import Known

_HREF = re.compile(r'\shref="(/pages/[^"]*)"')
_LEGAL = {
    "unsubscribe_url": 'a way to stop it: <a href="{{ unsubscribe_url }}">',
    "brand.sender_name": "who sends it: {{ brand.sender_name }}",
    "brand.postal_address": "the sender's postal address: {{ brand.postal_address }}",
    "brand.contact": "where to complain: {{ brand.contact }}",
}


def unsound(folder: Folder, scoring: Entry[ScoringFile], locales: tuple[str, ...]) -> Iterator[Problem]:
    """Every mistake in a template."""
    for name, versions in folder.pages.items():
        yield from _pages(folder, name, versions, locales)
    for mail in folder.emails.values():
        yield from _mail(folder, mail, locales)
    for number, rule in enumerate(scoring.model.engagement):
        yield from _words(scoring, ("engagement", number, "words"), rule.words, variables.ENGAGEMENT)
    for number, fit in enumerate(scoring.model.fit):
        yield from _words(scoring, ("fit", number, "words"), fit.words, variables.FIT)


def _pages(folder: Folder, name: str, versions: dict[str, PageEntry], locales: tuple[str, ...]) -> Iterator[Problem]:
    for locale in locales:
        if not {locale, "*"} & versions.keys():
            yield Problem(next(iter(versions.values())).document.file, 1, 1, f"there is no {name}.{locale}.liquid")
    for page in versions.values():
        yield from variables.unknown(page.source, variables.PAGE, html=True)
        yield from _links(folder, page.source)


def _mail(folder: Folder, mail: MailEntry, locales: tuple[str, ...]) -> Iterator[Problem]:
    for key, words in (("subject", mail.model.subject), ("preheader", mail.model.preheader)):
        yield from _words(mail, (key,), words, variables.MAIL)
    for locale in locales:
        if locale not in mail.bodies:
            yield mail.document.problem((), f"there is no {locale}.mjml beside this file")
    for locale in sorted((mail.bodies.keys() | mail.texts.keys()) - set(locales)):
        yield mail.document.problem((), f"{locale!r} is none of the locales in ripen.yaml{nearest(locale, locales)}")
    for locale, body in mail.bodies.items():
        yield from _body(folder, mail, body, mail.texts.get(locale))


def _body(folder: Folder, mail: MailEntry, body: Expanded, text: Expanded | None) -> Iterator[Problem]:
    mistakes = [*variables.unknown(body, variables.MAIL, html=True), *mjml.wrong(body)]
    if text:
        mistakes += variables.unknown(text, variables.MAIL, html=False)
    yield from mistakes
    yield from _links(folder, body)
    if mistakes:
        return
    try:
        html, links = mailing.numbered(mjml.compiled(body))
    except mailing.BadLink as bad:
        message = f"a link needs a fixed target (https://… or /pages/…) or {{{{ unsubscribe_url }}}}, not {str(bad)!r}"
        yield body.problem(*body.at(max(body.text.find(str(bad)), 0)), message)
        return
    except ValueError as error:
        yield body.problem(1, 1, f"MJML: {error}")
        return
    if mailing.is_too_heavy(html):
        yield body.problem(1, 1, "this mail is larger than 100 KB; mailbox providers cut it off")
    for part, source in (("html", html), ("text", text.text if text else mailing.text_of(html))):
        said = variables.used(source, html=part == "html")
        if mail.model.mail_class == "marketing":
            for needed, what in _LEGAL.items():
                if needed not in said:
                    yield body.problem(1, 1, f"the {part} of a marketing mail must say {what}")
        for number, link in enumerate(links):
            if f"links[{number}]" not in said:
                yield body.problem(1, 1, f"the {part} lacks the link to {link}")


def _links(folder: Folder, source: Expanded) -> Iterator[Problem]:
    names = folder.names.get("pages", set())
    for found in _HREF.finditer(source.text):
        page = mailing.own_page(found[1])
        if page not in names:
            yield source.problem(*source.at(found.start(1)), f"there is no page {page!r}{nearest(page, names)}")


def _words[M](entry: Entry[M], where: tuple[int | str, ...], words: Words, known: Known) -> Iterator[Problem]:  # type: ignore[type-var]
    for locale, source in words.root.items():
        template = Expanded(source, ((entry.document.file, 1),))
        for problem in variables.unknown(template, known, html=False):
            yield entry.document.problem((*where, locale), problem.message)
