"""Run one simulation, from its start to the end of the journey."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ripen.adapters.table import Create, keys
from ripen.calendar.local_time import lead_zone
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind
from ripen.mail.ledger import OPEN
from ripen.operations.playbook_words.steps import named_step
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnRequest
from ripen.words import quoted
from ripen_authoring.simulation.action import Action, ImpossibleEvent
from ripen_authoring.simulation.actions import enter, perform
from ripen_authoring.simulation.events import ScenarioEvent
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.schedule import SCHEDULED, enter_on_schedule, occurrences
from ripen_authoring.simulation.simulator import Simulator
from ripen_authoring.simulation.stand_ins import WebhookAnswers
from ripen_authoring.simulation.transcript import Line, transcript_lines, with_names

_BY_HAND = -1
"""The number of an entry by hand, which is no event of the scenario."""
LONGEST = timedelta(days=400)
"""How far a simulation looks ahead: a birthday can be a year away, and its journey takes some days more."""
_SETTLED = timedelta(minutes=5)
"""A click waits two minutes for its verdict."""
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_VERBS = {
    Kind.FORM_SUBMITTED: "form",
    Kind.PAGE_VIEWED: "view",
    Kind.PAGE_READ: "read",
    Kind.FILE_DOWNLOADED: "download",
    Kind.CAMPAIGN_JOINED: "campaign",
}


@dataclass(frozen=True)
class SimulationResult:
    """The lines of the whole transcript, and the journey's enrollments at its end."""

    lines: tuple[Line, ...]
    enrollments: tuple[Enrollment, ...]
    simulator: Simulator
    zone: str


def simulate(
    journey: Journey,
    bundle: Bundle,
    persona: Persona,
    events: list[ScenarioEvent],
    start: datetime,
    *,
    by_hand: bool = False,
    answers: WebhookAnswers | None = None,
) -> SimulationResult:
    """Return what the playbook does with the persona if exactly these events happen.

    1. Add the persona with its consent and its score.
    2. Enter by hand, or add the event that the journey's trigger needs, and the occurrences of its schedule.
    3. Perform each event at its time, and run all workers that are due before it.
    4. Run until the lead is in no journey and no mail is waiting, or for 400 days.
    """
    simulator = Simulator(bundle, start, answers=answers)
    _add_persona(simulator, persona)
    last = max((event.at for event in events), default=start)
    if by_hand:
        enter(journey.name, simulator, persona.id, _BY_HAND)
    else:
        scheduled = occurrences(journey, bundle, start, last, start + LONGEST)
        events = [*_entry_event(journey, events, start), *events, *scheduled]
    lines = []
    for number, event in enumerate(sorted(events, key=lambda each: each.at)):
        simulator.run(event.at)
        lines += _new_lines(simulator)
        lines += _perform(Action(event, simulator, persona.id, number))
    simulator.run(max(last, simulator.clock.now()) + _SETTLED)
    _run_to_end(journey, simulator, persona.id, start + LONGEST)
    enrollments = _enrollments(simulator, persona.id, journey.name)
    lines += [*_new_lines(simulator), *_closing_lines(journey, enrollments, simulator)]
    return SimulationResult(tuple(lines), enrollments, simulator, zone_of(persona, bundle))


def zone_of(persona: Persona, bundle: Bundle) -> str:
    """Return the persona's time zone."""
    return lead_zone(persona.profile(_ANY_DAY), bundle.brand).key


def _add_persona(simulator: Simulator, persona: Persona) -> None:
    """Add the persona with its consent, and score it once.

    The transcript shows nothing of this but the journeys that the persona enters by it.
    """
    now = simulator.clock.now()
    simulator.add(persona.profile(now))
    if consent := persona.contact(now):
        contact, record = consent
        simulator.table.write(
            Create(keys.contact(persona.id), contact), Create(keys.consent(persona.id, now, record.id), record)
        )
    simulator.queue.wake(keys.state(persona.id).ref)
    simulator.drain()
    simulator.written[:] = [row for row in simulator.written if isinstance(row.after, Enrollment)]


def _entry_event(journey: Journey, events: list[ScenarioEvent], start: datetime) -> list[ScenarioEvent]:
    """Return the event by which the persona enters, unless the scenario has one or the trigger needs none."""
    for trigger in journey.enrol:
        match trigger:
            case OnRequest():
                return _unless_written(
                    ScenarioEvent(start, "enter", (journey.name,), f"+0 enter {journey.name}"), events
                )
            case OnActivity() if verb := _VERBS.get(Kind(trigger.kind)):
                status = [value for test in trigger.where if test.field == "status" for value in test.any_of]
                words = (trigger.subject, *status)
                return _unless_written(ScenarioEvent(start, verb, words, f"+0 {verb} {trigger.subject}"), events)
    return []


def _unless_written(entry: ScenarioEvent, events: list[ScenarioEvent]) -> list[ScenarioEvent]:
    written = any((event.verb, event.words[:1]) == (entry.verb, entry.words[:1]) for event in events)
    return [] if written else [entry]


def _perform(action: Action) -> list[Line]:
    simulator, event = action.simulator, action.event
    if event.verb == SCHEDULED:
        occurred = enter_on_schedule(event, simulator, action.lead)
        simulator.drain()
        return [occurred, *_new_lines(simulator)]
    try:
        with simulator.without_logs():
            perform(action)
    except ImpossibleEvent as impossible:
        facts = {"written": event.written, "reason": impossible.reason.en}
        return [Line(event.at, "impossible", facts, own=True, words={"reason": impossible.reason})]
    simulator.drain()
    return _new_lines(simulator)


def _run_to_end(journey: Journey, simulator: Simulator, lead: str, end: datetime) -> None:
    waits_for_a_date = any(isinstance(trigger, OnDate) for trigger in journey.enrol)
    while (at := simulator.next_due()) is not None and at <= end:
        entered = bool(_enrollments(simulator, lead, journey.name))
        if not _is_underway(simulator, lead) and (entered or not waits_for_a_date):
            return
        simulator.run(at)


def _is_underway(simulator: Simulator, lead: str) -> bool:
    """Return whether the lead is in any journey, or a mail is waiting to be sent."""
    active = (row.value.state is EnrollmentState.ACTIVE for row in simulator.table.under(lead, "enrollment#"))
    waiting = (row.value.state in OPEN for row in simulator.table.under(lead, "send#"))
    return any(active) or any(waiting)


def _enrollments(simulator: Simulator, lead: str, journey: str) -> tuple[Enrollment, ...]:
    return tuple(row.value for row in simulator.table.under(lead, f"enrollment#{journey}#"))


def _closing_lines(journey: Journey, enrollments: tuple[Enrollment, ...], simulator: Simulator) -> list[Line]:
    now = simulator.clock.now()
    if not enrollments:
        return [with_names(Line(now, "never", {"subject": journey.name}), simulator.bundle)]
    return [
        with_names(
            Line(
                now,
                "ends",
                {"subject": journey.name, "step": enrollment.step},
                words={"step": quoted(named_step(journey.name, enrollment.step, simulator.bundle))},
            ),
            simulator.bundle,
        )
        for enrollment in enrollments
        if enrollment.state is EnrollmentState.ACTIVE
    ]


def _new_lines(simulator: Simulator) -> list[Line]:
    """Return the lines for all rows written since the last call."""
    lines = transcript_lines(simulator.written, simulator.bundle)
    simulator.written.clear()
    return lines
