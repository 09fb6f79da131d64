"""Personas and simulations: do they name what is there, and can what they say happen?"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import available_timezones

from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead.address import normalise
from ripen.nearest import nearest
from ripen_authoring.checks import mentions
from ripen_authoring.checks.mentions import known
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.simulations import ScenarioFile
from ripen_authoring.problem import Problem
from ripen_authoring.simulation.events import ScenarioEvent, parse_events

_ABOUT = {
    "form": "forms",
    "click": "emails",
    "scan": "emails",
    "reply": "emails",
    "autoreply": "emails",
    "unsubscribe": "emails",
    "bounce": "emails",
    "complain": "emails",
    "view": "pages",
    "read": "pages",
    "enter": "journeys",
}
"""What the first word after a verb is the name of."""
_ALONE = ("unsubscribe", "bounce", "complain")
"""What may stand without a name: it is about the latest mail then."""


def untrue(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Every mistake in personas/ and simulations/."""
    for persona in folder.personas.values():
        yield from _persona(folder, persona, ripen)
    for scenario in folder.simulations.values():
        yield from _scenario(folder, scenario, ripen)


def _persona(folder: Folder, entry: Entry[PersonaFile], ripen: RipenFile) -> Iterator[Problem]:
    persona, document = entry.model, entry.document
    try:
        normalise(persona.email)
    except Rejected as error:
        yield document.problem(("email",), f"{persona.email!r} is no e-mail address: {error.reason}")
    if persona.time_zone and persona.time_zone not in (zones := available_timezones()):
        yield document.problem(("time_zone",), f"no time zone {persona.time_zone!r}{nearest(persona.time_zone, zones)}")
    if persona.stage and persona.stage not in ripen.stages:
        message = f"ripen.yaml has no stage {persona.stage!r}{nearest(persona.stage, ripen.stages)}"
        yield document.problem(("stage",), message)
    yield from _fields(folder, document, ("attributes",), persona.attributes)


def _scenario(folder: Folder, entry: Entry[ScenarioFile], ripen: RipenFile) -> Iterator[Problem]:
    scenario, document = entry.model, entry.document
    yield from known(document, ("journey",), scenario.journey, folder, "journeys")
    if not scenario.lead.endswith((".yaml", ".yml")):
        yield from known(document, ("lead",), scenario.lead, folder, "personas")
    hooks = mentions.hooks(folder)
    for step in scenario.answers:
        if step not in hooks:
            yield document.problem(("answers", step), f"no journey calls a webhook at {step!r}{nearest(step, hooks)}")
    begins = datetime.fromisoformat(scenario.begins).replace(tzinfo=UTC)
    for number, phrase in enumerate(scenario.events):
        where = ("events", number)
        try:
            found = parse_events((phrase,), begins, "UTC")
        except Failure as failure:
            yield document.problem(where, f"{failure.what} {failure.next_step}")
            continue
        for happening in found:
            if happening.at < begins:
                yield document.problem(where, f"this is before the story begins ({scenario.begins})")
            yield from _event(folder, document, where, happening, ripen)


def _event(
    folder: Folder, document: Document, where: DocumentPath, happening: ScenarioEvent, ripen: RipenFile
) -> Iterator[Problem]:
    verb, words = happening.verb, happening.words
    if not words and verb not in _ALONE:
        yield document.problem(where, f"{happening.written!r} does not say which; write {happening.usage}")
    if words and (kind := _ABOUT.get(verb)):
        named = ripen.tracking.pages if kind == "pages" and ripen.tracking else {}
        if words[0] not in named:
            yield from known(document, where, words[0], folder, kind)
    pairs = words[1:] if verb in ("form", "enter") else words if verb == "set" else ()
    for word in pairs:
        if "=" not in word:
            yield document.problem(where, f'{word!r} is no field=value; write for example company="Acme"')
    given = {word.partition("=")[0] for word in pairs if "=" in word}
    if verb == "set":
        yield from _fields(folder, document, where, given)
    elif verb == "enter" and words and words[0] in folder.journeys:
        takes = {name for on in folder.journeys[words[0]].model.enrol.on for name in on.api or ()}
        for name in sorted(given - takes):
            yield document.problem(where, f"no request to {words[0]} says {name!r}{nearest(name, takes)}")
    elif words and words[0] in folder.forms:
        form = folder.forms[words[0]].model
        asked = {"full_name", "consent", *form.mapping, *(field.name for field in form.fields)}
        for name in sorted(given - asked):
            yield document.problem(where, f"the form {words[0]} does not ask for {name!r}{nearest(name, asked)}")


def _fields(folder: Folder, document: Document, where: DocumentPath, names: Iterable[str]) -> Iterator[Problem]:
    """Fields of a lead that nothing asks for."""
    asked = mentions.PROFILE | mentions.fields(folder) | {"time_zone"}
    for name in names:
        if name not in asked:
            yield document.problem((*where, name), f"nothing asks for {name!r}{nearest(name, asked)}")
