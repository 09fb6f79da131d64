"""Do the files fit together: what one names, another has."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel

from ripen.nearest import nearest
from ripen.scoring.score import GIVEN_POINTS
from ripen_authoring.checks import mentions
from ripen_authoring.checks.mentions import known, repeated, tests
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.files.validation import localized_texts
from ripen_authoring.flow import laid_out
from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.mailings import CampaignFile
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import CalendarPart, RipenFile
from ripen_authoring.models.steps import SendPart
from ripen_authoring.problem import Problem

_OF_A_RUN = re.compile(r"\{[{%][^}]*?\b(entry|answers)\.")


def unfitting(folder: Folder, ripen: Entry[RipenFile], scoring: Entry[ScoringFile]) -> Iterator[Problem]:
    """Every reference to what is not there, every repeated name and every text without a locale."""
    yield from _ripen(folder, ripen)
    for name, form in folder.forms.items():
        yield from _form(folder, name, form)
    yield from mentions.journeys(folder, ripen.model)
    yield from mentions.segments(folder, ripen.model)
    for name, campaign in folder.campaigns.items():
        yield from _campaign(folder, name, campaign)
    for versions in folder.pages.values():
        for page in versions.values():
            if page.model.form:
                yield from known(page.document, ("form",), page.model.form, folder, "forms")
    yield from _scoring(folder, scoring, ripen.model)
    entries: list[Entry[Any]] = [
        ripen,
        scoring,
        *folder.forms.values(),
        *folder.emails.values(),
        *folder.journeys.values(),
    ]
    for entry in entries:
        yield from _locales(entry, ripen.model.locales)


def _ripen(folder: Folder, entry: Entry[RipenFile]) -> Iterator[Problem]:
    model, document = entry.model, entry.document
    try:
        ZoneInfo(model.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = nearest(model.time_zone, available_timezones())
        yield document.problem(("time_zone",), f"no time zone {model.time_zone!r}{hint}")
    yield from _country(entry)
    for key, address in (("address", model.sender.address), ("reply_to", model.sender.reply_to)):
        if address.count("@") != 1 or not address.isascii() or any(c.isspace() for c in address):
            yield document.problem(("sender", key), f"{address!r} is no e-mail address")
    yield from mentions.clause(folder, document, ("policy", "unless"), model.policy.unless, model)
    yield from tests(folder, document, ("sync", "when"), model.sync.when, mentions.SCORES)
    yield from tests(folder, document, ("sync", "unless"), model.sync.unless, mentions.SCORES)
    for number, asked in enumerate(model.sync.unless):
        if len(asked) > 1:
            yield document.problem(
                ("sync", "unless", number), "each of these keeps a lead out: write one field per `-`"
            )


def _country(entry: Entry[RipenFile]) -> Iterator[Problem]:
    """Countries are known by two letters; who writes another name of one is told them."""
    country = entry.model.calendar.country
    if country in ("", CalendarPart.model_fields["country"].default):
        return
    from holidays.registry import COUNTRIES  # slow to load

    codes = {code: (name, code, *others) for name, (_, code, *others) in COUNTRIES.items()}
    if country not in codes:
        named = {other.casefold(): code for code, names in codes.items() for other in names}
        close = get_close_matches(country.casefold().replace(" ", "_"), named, n=1, cutoff=0.7)
        hint = f"did you mean {named[close[0]]!r}?" if close else "write two letters, e.g. JP or US"
        message = f"no country {country!r} whose holidays we know; {hint}"
        yield entry.document.problem(("calendar", "country"), message)


def _campaign(folder: Folder, name: str, entry: Entry[CampaignFile]) -> Iterator[Problem]:
    campaign, document = entry.model, entry.document
    yield from known(document, ("email",), campaign.email, folder, "emails")
    if campaign.segment:
        yield from known(document, ("segment",), campaign.segment, folder, "segments")
    if campaign.to:
        yield from known(document, ("to", "recipients"), campaign.to.recipients, folder, "campaigns")
        if campaign.to.recipients == name:
            yield document.problem(("to", "recipients"), "these are its own recipients; name another campaign")
    mail = folder.emails.get(campaign.email)
    if mail and mail.model.mail_class == "transactional":
        message = f"{campaign.email!r} is transactional: it goes also to who did not agree to our news"
        yield document.warning(("email",), message)
    if mail and (said := _OF_A_RUN.search("".join(body.source.text for body in mail.bodies.values()))):
        message = (
            f"{campaign.email!r} says {said[1]}.…, which is blank in a campaign: no journey brought the lead there"
        )
        yield document.warning(("email",), message)


def _form(folder: Folder, name: str, entry: Entry[FormFile]) -> Iterator[Problem]:
    form, document = entry.model, entry.document
    ours = {field.name for field in form.fields}
    if not any(field.name == "email" and field.type == "email" and field.required for field in form.fields):
        yield document.problem(("fields",), "a form needs a field `email` of type email with `required: true`")
    if form.honeypot in ours:
        yield document.problem(
            ("honeypot",), f"{form.honeypot!r} is a field of the form; nobody may fill the honeypot in"
        )
    for number, field in enumerate(form.fields):
        if (field.type == "select") != bool(field.options):
            message = "`options` and `type: select` go together: write both, or neither"
            yield document.problem(("fields", number), message)
    yield from repeated(document, "fields", [field.name for field in form.fields], "a field has its name alone")
    if form.thank_you:
        yield from known(document, ("thank_you",), form.thank_you, folder, "pages")
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
    yield from known(entry.document, where, mail, folder, "emails")
    if mail in folder.emails and folder.emails[mail].model.mail_class != "transactional":
        yield entry.document.problem(where, f"{mail!r} was asked for: write `class: transactional` in its email.yaml")
    if folder.journeys.keys() != folder.names.get("journeys", set()):
        return  # it may be in one that could not be read
    if not any(
        any(on.form == name for on in journey.model.enrol.on)
        and any(isinstance(laid.part, SendPart) and laid.part.send == mail for laid in laid_out(journey.model.steps))
        for journey in folder.journeys.values()
    ):
        yield entry.document.problem(where, f"no journey sends {mail!r} on this form; add one with `- send: {mail}`")


def _scoring(folder: Folder, entry: Entry[ScoringFile], ripen: RipenFile) -> Iterator[Problem]:
    scoring, document = entry.model, entry.document
    if scoring.warm.enter >= scoring.hot.enter:
        yield document.problem(("warm", "enter"), "warm must begin below hot")
    seen = {GIVEN_POINTS.code}
    for kind, codes in (
        ("engagement", [rule.code for rule in scoring.engagement]),
        ("fit", [rule.code for rule in scoring.fit]),
    ):
        for number, code in enumerate(codes):
            if code == GIVEN_POINTS.code:
                message = f"{code!r} is the code of points that journeys give; choose another"
                yield document.problem((kind, number, "code"), message)
            elif code in seen:
                yield document.problem((kind, number, "code"), f"another reason has the code {code!r} already")
            seen.add(code)
    for number, rule in enumerate(scoring.engagement):
        for key, kind in (("form", "forms"), ("page", "pages"), ("read", "pages"), ("click", "emails")):
            subject = getattr(rule.on, key)
            named = ripen.tracking.pages if kind == "pages" and ripen.tracking else {}
            if subject and subject != "any" and subject not in named:
                yield from known(document, ("engagement", number, "on", key), subject, folder, kind)
    for number, fit in enumerate(scoring.fit):
        yield from tests(folder, document, ("fit", number, "when"), fit.when, set())


def _locales[M: BaseModel](entry: Entry[M], locales: tuple[str, ...]) -> Iterator[Problem]:
    for where, words in localized_texts(entry.model):
        if "*" in words.root:
            continue
        missing = [locale for locale in locales if locale not in words.root]
        if missing:
            yield entry.document.problem(where, f"{where[-1]!r} has no text in {', '.join(missing)}")
        for locale in words.root.keys() - set(locales):
            message = f"{locale!r} is none of the locales in ripen.yaml{nearest(locale, locales)}"
            yield entry.document.problem((*where, locale), message)
