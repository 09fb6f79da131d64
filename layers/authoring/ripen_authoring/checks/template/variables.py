"""Check the Liquid of a template: its tags, its filters, and its variables by the place where it is used.

The values of the variables are supplied by capture/pages.py for pages and by mail/content/message.py for mails.
"""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from ripen.nearest import nearest
from ripen.playbook.template import parse
from ripen.playbook.template_limits import FILTERS, TemplateError
from ripen.words import Words
from ripen_authoring.checks import names
from ripen_authoring.checks.template.liquid_words import liquid_error
from ripen_authoring.files.folder import Folder
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.problem import Problem

_FULL_WIDTH = re.compile("｛｛|｝｝|｛％|％｝|｛%|%｝")
_TAG = re.compile(r"\{%-?\s*(\w+)")
_BLOCKS = {"if", "unless", "case", "for", "capture", "comment"}
_TAGS = _BLOCKS | {"else", "elsif", "when", "assign", "echo", "break", "continue", "include"}
_TAGS |= {f"end{tag}" for tag in _BLOCKS}

type Known = Mapping[str, "Known | None"]
"""Known variables. None stands for a value, or for a mapping with any names in it."""

_SENDER = dict.fromkeys(("name", "sender_name", "legal_name", "postal_address", "contact"))

_PERSON = {"last_name", "first_name", "company", "department", "job_title", "locale"}
_MAIL: Known = {
    "brand": _SENDER,
    "mail": {"class": None},
    **dict.fromkeys(("greeting", "links", "unsubscribe_url", "preheader", "today")),
}
PAGE: Known = {
    "page": dict.fromkeys(("name", "title")),
    "brand": {**_SENDER, "privacy_url": None, "accent": None},
    "form": dict.fromkeys(("name", "title", "submit", "action", "honeypot", "consent", "consented", "fields")),
    **dict.fromkeys(("locale", "languages", "hidden", "error")),
}
ENGAGEMENT: Known = dict.fromkeys(("when", "count", "today", "last", "subject"))
FIT: Known = {"lead": dict.fromkeys(("company", "department", "job_title", "locale", "domain"))}


def in_mails(folder: Folder) -> Known:
    """Return the variables of mails."""
    lead = dict.fromkeys(_PERSON | names.fields(folder))
    return {**_MAIL, "lead": lead, "owner": {"name": None}, **_of_journey(folder)}


def in_steps(folder: Folder) -> Known:
    """Return the variables of the texts in steps."""
    lead = dict.fromkeys(_PERSON | names.fields(folder) | {"id", "email", "phone", "country", "stage", "rank"})
    return {"lead": lead, "journey": None, **_of_journey(folder)}


def _of_journey(folder: Folder) -> dict[str, Known | None]:
    """Return the variables of the lead's journey. They are blank where there is no journey."""
    return {
        "entry": dict.fromkeys(names.entry_variables(folder)),
        "answers": dict.fromkeys(names.webhook_steps(folder)),
    }


def check_template(template: ExpandedTemplate, known: Known, *, html: bool) -> Iterator[Problem]:
    """Yield errors in the Liquid of the template, and variables that are not known."""
    for sign in _FULL_WIDTH.finditer(template.text):
        plain = normalize("NFKC", sign[0])
        message = Words(
            f"{sign[0]!r} is full-width; write {plain!r}", f"{sign[0]!r} は全角です。半角の {plain!r} を書いてください"
        )
        yield template.problem(*template.at(sign.start()), message)
    try:
        found = parse(template.text, html).analyze()
    except TemplateError as error:
        yield _syntax_problem(template, error)
        return
    for name, spans in found.filters.items():
        for span in spans if name not in FILTERS else ():
            hint = nearest(name, FILTERS)
            message = Words(f"unknown filter {name!r}{hint.en}", f"フィルター {name!r} はありません{hint.ja}")
            yield template.problem(*template.at(span.index), message)
    for root, places in found.globals.items():
        for place in places:
            second = place.segments[1] if len(place.segments) > 1 else None
            if unknown := _unknown_variable(root, second, known):
                yield template.problem(*template.at(place.span.index), unknown)


def _unknown_variable(root: str, second: object, known: Known) -> Words | None:
    if root not in known:
        hint = nearest(root, known)
        return Words(f"unknown variable {root!r}{hint.en}", f"変数 {root!r} はありません{hint.ja}")
    inside = known[root]
    if isinstance(inside, Mapping) and isinstance(second, str) and second not in inside:
        hint = nearest(second, inside)
        return Words(f"{root!r} has no {second!r}{hint.en}", f"{root!r} に {second!r} はありません{hint.ja}")
    return None


def _syntax_problem(template: ExpandedTemplate, error: TemplateError) -> Problem:
    """Describe a syntax error: an unknown tag, a tag that is never closed, or what the parser says."""
    opened: list[re.Match[str]] = []
    for tag in _TAG.finditer(template.text):
        name = tag[1]
        if name in _BLOCKS:
            opened.append(tag)
        elif opened and name == f"end{opened[-1][1]}":
            opened.pop()
        elif name not in _TAGS:
            hint = nearest(name, _TAGS)
            message = Words(f"Liquid has no tag {name!r}{hint.en}", f"Liquid にタグ {name!r} はありません{hint.ja}")
            return template.problem(*template.at(tag.start()), message)
    if opened:
        name = opened[-1][1]
        message = Words(
            f"this {{% {name} %}} is never closed; write {{% end{name} %}} after it",
            f"この {{% {name} %}} が閉じていません。あとに {{% end{name} %}} を書いてください",
        )
        return template.problem(*template.at(opened[-1].start()), message)
    return template.problem(error.line, error.column, liquid_error(error))


def used_in(source: str, *, html: bool) -> set[str]:
    """Return the variables of a valid template, as "brand.contact"."""
    return {str(place) for places in parse(source, html).analyze().globals.values() for place in places}
