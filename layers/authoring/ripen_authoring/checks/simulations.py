"""Check that personas and simulations name what exists, and that their events can happen."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

from ripen.capture.field_errors import FieldError
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead.address import normalise
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks import names
from ripen_authoring.checks.clauses import unknown_field
from ripen_authoring.checks.journeys import unknown_stage
from ripen_authoring.checks.names import check_name, check_subject
from ripen_authoring.checks.settings import unknown_time_zone
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.simulations import ScenarioFile
from ripen_authoring.problem import Problem
from ripen_authoring.simulation.events import ScenarioEvent, parse_events

_NAMED = {
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
"""The folder that has the name after each verb."""
_LATEST_MAIL = ("unsubscribe", "bounce", "complain")
"""Verbs that may stand without a name: they are about the latest mail then."""
_NO_NAME = ("convert",)


def check(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check every file in personas/ and simulations/."""
    for persona in folder.personas.values():
        yield from _check_persona(folder, persona, ripen)
    for scenario in folder.simulations.values():
        yield from _check_scenario(folder, scenario, ripen)


def _check_persona(folder: Folder, entry: Entry[PersonaFile], ripen: RipenFile) -> Iterator[Problem]:
    persona, document = entry.model, entry.document
    try:
        normalise(persona.email)
    except Rejected as error:
        message = Words(
            f"{persona.email!r} cannot be used: {error.reason}",
            f"{persona.email!r} は使えません。{FieldError('email', error.reason).translated('ja')}",
        )
        yield document.problem(("email",), message)
    if persona.time_zone and persona.time_zone not in available_timezones():
        yield document.problem(("time_zone",), unknown_time_zone(persona.time_zone))
    if persona.stage and persona.stage not in ripen.stages:
        yield document.problem(("stage",), unknown_stage(persona.stage, ripen.stages))
    yield from _check_fields(folder, document, ("attributes",), persona.attributes)


def _check_scenario(folder: Folder, entry: Entry[ScenarioFile], ripen: RipenFile) -> Iterator[Problem]:
    """Check the journey, the persona, the answers of webhooks, and each event of the scenario."""
    scenario, document = entry.model, entry.document
    yield from check_name(document, ("journey",), scenario.journey, folder, "journeys")
    if scenario.lead.endswith((".yaml", ".yml")):
        lead = Path(scenario.lead)
        if not lead.is_file() or not lead.resolve().is_relative_to(folder.path.resolve()):
            message = Words(
                f"there is no file {scenario.lead!r} in the playbook; write the name of a persona in personas/",
                f"プレイブックに {scenario.lead!r} はありません。personas/ にあるペルソナの名前を書いてください",
            )
            yield document.problem(("lead",), message)
    else:
        yield from check_name(document, ("lead",), scenario.lead, folder, "personas")
    webhooks = names.webhook_steps(folder)
    for step in scenario.answers:
        if step not in webhooks:
            hint = nearest(step, webhooks)
            message = Words(
                f"no journey has a webhook step {step!r}{hint.en}",
                f"ウェブフックの手順 {step!r} はどのシナリオにもありません{hint.ja}",
            )
            yield document.problem(("answers", step), message)
    begins = datetime.fromisoformat(scenario.begins).replace(tzinfo=UTC)
    for number, written in enumerate(scenario.events):
        where = ("events", number)
        try:
            events = parse_events((written,), begins, "UTC")
        except Failure as failure:
            en, ja = (" ".join(failure.in_language(lang)) for lang in ("en", "ja"))
            yield document.problem(where, Words(en, ja))
            continue
        for event in events:
            if event.at < begins:
                message = Words(
                    f"this is before the simulation begins ({scenario.begins})",
                    f"シミュレーションの開始（{scenario.begins}）より前です",
                )
                yield document.problem(where, message)
            yield from _EventCheck(folder, document, where, event, ripen).problems()


@dataclass(frozen=True)
class _EventCheck:
    """The check of one event: the name after its verb, and its field=value pairs."""

    folder: Folder
    document: Document
    where: DocumentPath
    event: ScenarioEvent
    ripen: RipenFile

    def problems(self) -> Iterator[Problem]:
        yield from self._name()
        yield from self._pairs()
        yield from self._fields({word.partition("=")[0] for word in self._written_pairs() if "=" in word})

    def _name(self) -> Iterator[Problem]:
        verb, words = self.event.verb, self.event.words
        if not words and verb not in (*_LATEST_MAIL, *_NO_NAME):
            message = Words(
                f"{self.event.written!r} needs a name; write {self.event.usage.en}",
                f"{self.event.written!r} には名前が必要です。書き方: {self.event.usage.ja}",
            )
            yield self._problem(message)
        if words and (kind := _NAMED.get(verb)):
            if words[0] == "any":
                yield from check_name(self.document, self.where, words[0], self.folder, kind)
            else:
                yield from check_subject(self.folder, self.document, self.where, words[0], kind, self.ripen)
        if verb == "click" and len(words) > 1 and not re.fullmatch(r"[1-9][0-9]{0,3}", words[1]):
            message = Words(
                f"{words[1]!r} is not the number of a link; write {self.event.usage.en}",
                f"{words[1]!r} はリンクの番号ではありません。書き方: {self.event.usage.ja}",
            )
            yield self._problem(message)

    def _written_pairs(self) -> tuple[str, ...]:
        match self.event.verb:
            case "form" | "enter":
                return self.event.words[1:]
            case "set":
                return self.event.words
        return ()

    def _pairs(self) -> Iterator[Problem]:
        for word in self._written_pairs():
            if "=" not in word:
                message = Words(
                    f'{word!r} is not field=value; write e.g. company="Acme"',
                    f'{word!r} は「項目=値」の形ではありません。例: company="Acme"',
                )
                yield self._problem(message)

    def _fields(self, given: set[str]) -> Iterator[Problem]:
        """Check that the form, the journey's entry requests or the lead has these fields."""
        name = self.event.words[0] if self.event.words else ""
        match self.event.verb:
            case "set":
                yield from _check_fields(self.folder, self.document, self.where, given)
            case "enter" if name in self.folder.journeys:
                facts = names.requested_facts(self.folder.journeys[name].model)
                for field in sorted(given - facts):
                    hint = nearest(field, facts)
                    message = Words(
                        f"entry requests for {name} have no {field!r}{hint.en}",
                        f"{name} への登録リクエストに {field!r} はありません{hint.ja}",
                    )
                    yield self._problem(message)
            case "form" if name in self.folder.forms:
                form = self.folder.forms[name].model
                asked = {"full_name", "consent", *form.mapping, *(field.name for field in form.fields)}
                for field in sorted(given - asked):
                    hint = nearest(field, asked)
                    message = Words(
                        f"the form {name} has no field {field!r}{hint.en}",
                        f"フォーム {name} に項目 {field!r} はありません{hint.ja}",
                    )
                    yield self._problem(message)

    def _problem(self, message: Words) -> Problem:
        return self.document.problem(self.where, message)


def _check_fields(folder: Folder, document: Document, where: DocumentPath, fields: Iterable[str]) -> Iterator[Problem]:
    known = names.PROFILE_FIELDS | names.fields(folder) | {"time_zone"}
    for field in fields:
        if field not in known:
            yield document.problem((*where, field), unknown_field(field, known))
