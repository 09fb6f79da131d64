"""A scenario file, playbook/simulations/<name>.yaml: who lives what. Beside it lies the transcript as it was approved."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.wording import full_name
from ripen_authoring.files.document import read
from ripen_authoring.files.named import text
from ripen_authoring.files.parsing import model_of
from ripen_authoring.models.simulations import ScenarioFile
from ripen_authoring.problem import Broken
from ripen_authoring.simulation.occurrences import happenings
from ripen_authoring.simulation.persona import Persona, persona
from ripen_authoring.simulation.run import Lived, live, zone_of
from ripen_authoring.simulation.transcript import rendered
from ripen_authoring.simulation.world import Answers


@dataclass(frozen=True)
class Scenario:
    """`golden` is the file that the transcript is held against; None for one said on the command line."""

    journey: Journey
    persona: Persona
    start: datetime
    events: str | tuple[str, ...]
    by_hand: bool = False
    language: Literal["ja", "en"] = "en"
    golden: Path | None = None
    answers: Answers = field(default_factory=dict)

    def live(self, bundle: Bundle, journey: Journey | None = None) -> Lived:
        """`journey`: another version of it."""
        due = happenings(self.events, self.start, zone_of(self.persona, bundle))
        return live(
            journey or self.journey,
            bundle,
            self.persona,
            due,
            self.start,
            by_hand=self.by_hand,
            answers=self.answers,
        )

    def transcript(self, lived: Lived, language: str = "") -> str:
        profile = self.persona.profile(self.start)
        who = f"{full_name(profile)} <{profile.email}>".strip()
        lang = language or self.language
        return f"{self.journey.name} · {who} · {lived.zone}\n\n{rendered(lived.lines, lived.zone, lang)}"


def scenarios(folder: Path, bundle: Bundle) -> list[Scenario]:
    """All scenario files of a playbook. Raises Failure."""
    return [_scenario(path, folder, bundle) for path in sorted((folder / "simulations").glob("*.yaml"))]


def said(
    journey: str, lead: str, events: str, begins: datetime | str, by_hand: bool, folder: Path, bundle: Bundle
) -> Scenario:
    """A scenario put together from options, told in the persona's language. Raises Failure."""
    who = persona(lead, folder)
    start = _start(begins, zone_of(who, bundle))
    return Scenario(_journey(journey, bundle), who, start, events, by_hand, "ja" if who.locale == "ja" else "en")


def _scenario(path: Path, folder: Path, bundle: Bundle) -> Scenario:
    try:
        file = model_of(ScenarioFile, read(f"simulations/{path.name}", text(path)))
    except Broken as broken:
        raise Failure(str(broken), "Mend the scenario's file.") from None
    who = persona(file.lead, folder)
    start = _start(file.begins, zone_of(who, bundle))
    return Scenario(
        _journey(file.journey, bundle),
        who,
        start,
        file.events,
        file.by_hand,
        file.language,
        golden=path.with_suffix(".txt"),
        answers={step: None if answer == "failed" else answer for step, answer in file.answers.items()},
    )


def _journey(name: str, bundle: Bundle) -> Journey:
    if name not in bundle.journeys:
        raise Failure(f"There is no journey {name!r}{nearest(name, bundle.journeys)}", "Look into journeys/.")
    return bundle.journeys[name]


def _start(begins: datetime | str, zone: str) -> datetime:
    if isinstance(begins, datetime):
        return begins
    try:
        local = datetime.fromisoformat(begins)
    except ValueError:
        raise Failure(f"{begins!r} is no time to begin.", "Say it like 2026-11-24 10:00") from None
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
