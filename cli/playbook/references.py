"""Do the files fit together: what one names, another has."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel

from cli.playbook.document import Document
from cli.playbook.folder import Entry, Folder
from cli.playbook.models import FormFile, RipenFile, ScoringFile, Tests
from cli.playbook.problem import Problem, nearest
from cli.playbook.reading import texts

_PROFILE = {
    "email",
    "domain",
    "email_kind",
    "last_name",
    "first_name",
    "company",
    "department",
    "job_title",
    "phone",
} | {"locale"}
_SCORES = {"fit", "engagement", "total", "rank"}


def unfitting(folder: Folder, ripen: Entry[RipenFile], scoring: Entry[ScoringFile]) -> Iterator[Problem]:
    """Every reference to what is not there, every repeated name and every text without a locale."""
    yield from _ripen(folder, ripen)
    for name, form in folder.forms.items():
        yield from _form(folder, name, form)
    for journey in folder.journeys.values():
        where = journey.document
        yield from _known(where, ("enrol", "on", "form"), journey.model.enrol.on.form, folder, "forms")
        for number, step in enumerate(journey.model.steps):
            if step.send:
                yield from _known(where, ("steps", number, "send"), step.send, folder, "emails")
        ids = [step.name for step in journey.model.steps]
        yield from _repeated(where, "steps", ids, "give one of them an `id` of its own")
    for segment in folder.segments.values():
        yield from _tests(folder, segment.document, "when", segment.model.when, _SCORES)
    for versions in folder.pages.values():
        for page in versions.values():
            if page.model.form:
                yield from _known(page.document, ("form",), page.model.form, folder, "forms")
    yield from _scoring(folder, scoring, ripen.model)
    entries: list[Entry[Any]] = [ripen, scoring, *folder.forms.values(), *folder.emails.values()]
    for entry in entries:
        yield from _locales(entry, ripen.model.locales)


def _ripen(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    model, document = entry.model, entry.document
    try:
        ZoneInfo(model.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(model.time_zone, available_timezones())
        yield document.problem(("time_zone",), f"no time zone {model.time_zone!r}{hint}")
    for key, address in (("address", model.sender.address), ("reply_to", model.sender.reply_to)):
        if address.count("@") != 1 or not address.isascii() or any(c.isspace() for c in address):
            yield document.problem(("sender", key), f"{address!r} is no e-mail address")
    yield from _tests(folder, document, "sync.when", model.sync.when, _SCORES)
    yield from _tests(folder, document, "sync.unless", model.sync.unless, _SCORES)
    for number, tests in enumerate(model.sync.unless):
        if len(tests) > 1:
            yield document.problem(
                ("sync", "unless", number), "each of these keeps a lead out: write one field per `-`"
            )


def _form(folder: Folder, name: str, entry: Entry[FormFile]) -> Iterator[Problem]:
    form, document = entry.model, entry.document
    ours = {field.name for field in form.fields}
    if not any(field.name == "email" and field.type == "email" and field.required for field in form.fields):
        yield document.problem(("fields",), "a form needs a field `email` of type email with `required: true`")
    if form.honeypot in ours:
        yield document.problem(
            ("honeypot",), f"{form.honeypot!r} is a field of the form; nobody may fill the honeypot in"
        )
    yield from _repeated(document, "fields", [field.name for field in form.fields], "a field has its name alone")
    if form.thank_you:
        yield from _known(document, ("thank_you",), form.thank_you, folder, "pages")
    if form.lead_magnet:
        yield from _magnet(folder, name, entry)
    targets = ours | {"full_name"} | ({"consent"} if form.consent else set())
    for key, target in form.mapping.items():
        if target not in targets:
            yield document.problem(("mapping", key), f"this form has no field {target!r}{nearest(target, targets)}")
    for source, mapped in form.sources.items():
        for question, target in mapped.fields.items():
            if target not in targets:
                where = ("sources", source, "fields", question)
                yield document.problem(where, f"this form has no field {target!r}{nearest(target, targets)}")


def _magnet(folder: Folder, name: str, entry: Entry[FormFile]) -> Iterator[Problem]:
    mail, where = entry.model.lead_magnet, ("lead_magnet",)
    yield from _known(entry.document, where, mail, folder, "emails")
    if mail in folder.emails and folder.emails[mail].model.mail_class != "transactional":
        yield entry.document.problem(where, f"{mail!r} was asked for: write `class: transactional` in its email.yaml")
    if not any(
        journey.model.enrol.on.form == name and any(step.send == mail for step in journey.model.steps)
        for journey in folder.journeys.values()
    ):
        yield entry.document.problem(where, f"no journey sends {mail!r} on this form; add one with `- send: {mail}`")


def _scoring(folder: Folder, entry: Entry[ScoringFile], ripen: RipenFile) -> Iterator[Problem]:
    scoring, document = entry.model, entry.document
    if scoring.warm.enter >= scoring.hot.enter:
        yield document.problem(("warm", "enter"), "warm must begin below hot")
    seen: set[str] = set()
    for kind, codes in (
        ("engagement", [rule.code for rule in scoring.engagement]),
        ("fit", [rule.code for rule in scoring.fit]),
    ):
        for number, code in enumerate(codes):
            if code in seen:
                yield document.problem((kind, number, "code"), f"another reason has the code {code!r} already")
            seen.add(code)
    for number, rule in enumerate(scoring.engagement):
        for key, kind in (("form", "forms"), ("page", "pages"), ("read", "pages"), ("click", "emails")):
            subject = getattr(rule.on, key)
            named = ripen.tracking.pages if kind == "pages" and ripen.tracking else {}
            if subject and subject != "any" and subject not in named:
                yield from _known(document, ("engagement", number, "on", key), subject, folder, kind)
    for number, fit in enumerate(scoring.fit):
        yield from _tests(folder, document, f"fit.{number}.when", fit.when, set())


def _tests(folder: Folder, document: Document, path: str, tests: Iterable[Tests], more: set[str]) -> Iterator[Problem]:
    """Fields that no form asks for and no profile has."""
    asked = {field.name for form in folder.forms.values() for field in form.model.fields}
    known = _PROFILE | asked | more
    where = [int(part) if part.isdigit() else part for part in path.split(".")]
    for number, test in enumerate(tests):
        for field in test:
            if field not in known:
                place = (*where, number, field)
                yield document.problem(place, f"nothing asks for {field!r}{nearest(field, known)}")


def _known(document: Document, where: Sequence[int | str], name: str, folder: Folder, kind: str) -> Iterator[Problem]:
    names = folder.names.get(kind, set())
    if name not in names:
        yield document.problem(where, f"there is no {name!r} in {kind}/{nearest(name, names)}")


def _repeated(document: Document, key: str, names: list[str], instead: str) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield document.problem((key, number), f"{name!r} is there twice; {instead}")


def _locales[M: BaseModel](entry: Entry[M], locales: tuple[str, ...]) -> Iterator[Problem]:
    for where, words in texts(entry.model):
        if "*" in words.root:
            continue
        missing = [locale for locale in locales if locale not in words.root]
        if missing:
            yield entry.document.problem(where, f"{where[-1]!r} has no text in {', '.join(missing)}")
        for locale in words.root.keys() - set(locales):
            message = f"{locale!r} is none of the locales in ripen.yaml{nearest(locale, locales)}"
            yield entry.document.problem((*where, locale), message)
