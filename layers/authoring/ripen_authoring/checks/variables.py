"""What a template may ask for, by where it is used; and the check that it asks for nothing else."""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from ripen.nearest import nearest
from ripen.playbook.template import parse
from ripen.playbook.template_limits import FILTERS, TemplateError
from ripen_authoring.checks.mentions import entry_values, hooks, updated
from ripen_authoring.files.folder import Folder
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.problem import Problem

_WIDE = re.compile("｛｛|｝｝|｛％|％｝|｛%|%｝")
_TAG = re.compile(r"\{%-?\s*(\w+)")
_CLOSED = {"if", "unless", "case", "for", "capture", "comment"}
_TAGS = _CLOSED | {"else", "elsif", "when", "assign", "echo", "break", "continue", "include"}
_TAGS |= {f"end{tag}" for tag in _CLOSED}

type Known = Mapping[str, "Known | None"]

_SENDER = dict.fromkeys(("name", "sender_name", "postal_address", "contact"))

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


def mail(folder: Folder) -> Known:
    """What a mail may say."""
    known = dict.fromkeys(_PERSON | asked(folder))
    return {**_MAIL, "lead": known, "owner": {"name": None}, **entered(folder)}


def step(folder: Folder) -> Known:
    """What the words of a step may say."""
    known = dict.fromkeys(_PERSON | asked(folder) | {"id", "email", "phone", "country", "stage", "rank"})
    return {"lead": known, "journey": None, **entered(folder)}


def asked(folder: Folder) -> set[str]:
    """Every field that a form asks for, or a journey fills in."""
    return {field.name for form in folder.forms.values() for field in form.model.fields} | updated(folder)


def entered(folder: Folder) -> dict[str, Known | None]:
    """Of the run of the journey that brought the lead there; blank where there is no such thing."""
    return {
        "entry": dict.fromkeys(entry_values(folder)),
        "answers": dict.fromkeys(hooks(folder)),
    }


def unknown(template: ExpandedTemplate, known: Known, *, html: bool) -> Iterator[Problem]:
    """What keeps the template from being used: a mistake in its Liquid, or a variable that nobody will give it."""
    for wide in _WIDE.finditer(template.text):
        narrow = normalize("NFKC", wide[0])
        yield template.problem(*template.at(wide.start()), f"{wide[0]!r} is full-width; write {narrow!r}")
    try:
        found = parse(template.text, html).analyze()
    except TemplateError as error:
        yield _mistaken(template, error)
        return
    for name, spans in found.filters.items():
        for span in spans if name not in FILTERS else ():
            yield template.problem(*template.at(span.index), f"unknown filter {name!r}{nearest(name, FILTERS)}")
    for root, places in found.globals.items():
        for place in places:
            line, column = template.at(place.span.index)
            inside = known.get(root)
            second = place.segments[1] if len(place.segments) > 1 else None
            if root not in known:
                yield template.problem(line, column, f"unknown variable {root!r}{nearest(root, known)}")
            elif isinstance(inside, Mapping) and isinstance(second, str) and second not in inside:
                message = f"{root!r} has no {second!r}{nearest(second, inside)}"
                yield template.problem(line, column, message)


def _mistaken(template: ExpandedTemplate, error: TemplateError) -> Problem:
    """A mistake in the Liquid: a tag that there is not, or is never closed, or what the parser says."""
    opened: list[re.Match[str]] = []
    for tag in _TAG.finditer(template.text):
        name = tag[1]
        if name in _CLOSED:
            opened.append(tag)
        elif opened and name == f"end{opened[-1][1]}":
            opened.pop()
        elif name not in _TAGS:
            return template.problem(*template.at(tag.start()), f"Liquid has no tag {name!r}{nearest(name, _TAGS)}")
    if opened:
        message = f"this {{% {opened[-1][1]} %}} is never closed; write {{% end{opened[-1][1]} %}} behind it"
        return template.problem(*template.at(opened[-1].start()), message)
    return template.problem(error.line, error.column, f"Liquid: {error.reason}")


def used(source: str, *, html: bool) -> set[str]:
    """The variables a template that parses asks for, as "brand.contact"."""
    return {str(place) for places in parse(source, html).analyze().globals.values() for place in places}
