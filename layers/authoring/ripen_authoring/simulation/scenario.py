"""A scenario: a persona, a journey and events. The approved transcript is beside playbook/simulations/<name>.yaml."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.wording import full_name
from ripen.words import Lang, Words
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.source import read_text
from ripen_authoring.files.validation import validate
from ripen_authoring.models.simulations import ScenarioFile
from ripen_authoring.problem import InvalidPlaybook
from ripen_authoring.simulation.events import local_time, parse_events
from ripen_authoring.simulation.persona import Persona, load_persona
from ripen_authoring.simulation.run import SimulationResult, simulate, zone_of
from ripen_authoring.simulation.stand_ins import WebhookAnswers
from ripen_authoring.simulation.transcript import render_transcript


@dataclass(frozen=True)
class Scenario:
    """`golden` is the file of the approved transcript; None for a scenario from the command line."""

    journey: Journey
    persona: Persona
    start: datetime
    events: str | tuple[str, ...]
    by_hand: bool = False
    language: Lang = "en"
    """The language of the stored transcript."""
    golden: Path | None = None
    answers: WebhookAnswers = field(default_factory=dict)

    def run(self, bundle: Bundle, journey: Journey | None = None) -> SimulationResult:
        """Simulate the scenario, with another version of its journey where one is given."""
        events = parse_events(self.events, self.start, zone_of(self.persona, bundle))
        return simulate(
            journey or self.journey,
            bundle,
            self.persona,
            events,
            self.start,
            by_hand=self.by_hand,
            answers=self.answers,
        )

    def transcript(self, result: SimulationResult, language: Lang | None = None) -> str:
        """Return the transcript of the result, with a heading; by default in the language of the stored one."""
        profile = self.persona.profile(self.start)
        lead = f"{full_name(profile)} <{profile.email}>".strip()
        lines = render_transcript(result.lines, result.zone, language or self.language)
        return f"{self.journey.name} · {lead} · {result.zone}\n\n{lines}"


def load_scenarios(folder: Path, bundle: Bundle) -> list[Scenario]:
    """Return all scenarios in a playbook's folder. Raise Failure."""
    return [_load_scenario(path, folder, bundle) for path in sorted((folder / "simulations").glob("*.yaml"))]


def scenario_from_options(
    journey: str, lead: str, events: str, begins: datetime | str, by_hand: bool, folder: Path, bundle: Bundle
) -> Scenario:
    """Return the scenario that command line options describe. Raise Failure."""
    persona = load_persona(lead, folder)
    start = _start(begins, zone_of(persona, bundle))
    return Scenario(_journey(journey, bundle), persona, start, events, by_hand)


def _load_scenario(path: Path, folder: Path, bundle: Bundle) -> Scenario:
    try:
        name = f"simulations/{path.name}"
        file = validate(ScenarioFile, read_yaml(name, read_text(folder, name)))
    except InvalidPlaybook as invalid:
        raise Failure(
            invalid.listing(folder),
            Words("Correct the simulation's file.", "シミュレーションのファイルを直してください。"),
        ) from None
    persona = load_persona(file.lead, folder)
    start = _start(file.begins, zone_of(persona, bundle))
    return Scenario(
        _journey(file.journey, bundle),
        persona,
        start,
        file.events,
        file.by_hand,
        file.language or ("ja" if bundle.brand.default_locale == "ja" else "en"),
        golden=path.with_suffix(".txt"),
        answers={step: None if answer == "failed" else answer for step, answer in file.answers.items()},
    )


def _journey(name: str, bundle: Bundle) -> Journey:
    if name not in bundle.journeys:
        hint = nearest(name, bundle.journeys)
        raise Failure(
            Words(f"There is no journey {name!r}{hint.en}", f"シナリオ {name!r} はありません{hint.ja}"),
            Words("The journeys are in journeys/.", "シナリオは journeys/ にあります。"),
        )
    return bundle.journeys[name]


def _start(begins: datetime | str, zone: str) -> datetime:
    if isinstance(begins, datetime):
        return begins
    try:
        local = datetime.fromisoformat(begins)
    except ValueError:
        raise Failure(
            Words(f"{begins!r} is not a date and time.", f"{begins!r} は日時ではありません。"),
            Words("Write e.g. 2026-11-24 10:00", "書き方の例: 2026-11-24 10:00"),
        ) from None
    return local_time(local, zone).astimezone(UTC)
