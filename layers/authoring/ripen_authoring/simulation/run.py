"""One simulation, from its start to the end of the journey."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ripen.adapters.table import Create, keys
from ripen.calendar.local_time import lead_zone
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind
from ripen.mail.ledger import OPEN
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnRequest
from ripen_authoring.simulation.events import Impossible, enter, happen
from ripen_authoring.simulation.occurrences import Happening
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.schedule import RETURN, occur, returns
from ripen_authoring.simulation.transcript import Line, told
from ripen_authoring.simulation.world import Answers, World

_BY_HAND = -1
"""The number of the first deed, where it is none of the scenario's."""
LONGEST = timedelta(days=400)
"""As far away as a birthday can be, and a month."""
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
class Lived:
    """`lines` is the whole story; `runs` the journey's enrollments as they stand at its end."""

    lines: tuple[Line, ...]
    runs: tuple[Enrollment, ...]
    world: World
    zone: str


def live(
    journey: Journey,
    bundle: Bundle,
    persona: Persona,
    happenings: list[Happening],
    start: datetime,
    *,
    by_hand: bool = False,
    answers: Answers | None = None,
) -> Lived:
    """What becomes of that person if just this happens. Ends once nothing more is to happen and no journey goes on."""
    world = World(bundle, start, answers=answers)
    _arrive(world, persona)
    last = max((happening.at for happening in happenings), default=start)
    due = list(happenings)
    if by_hand:
        enter(journey.name, world, persona.id, _BY_HAND)
    else:
        due = [*_entry(journey, happenings, start), *due, *returns(journey, bundle, start, last, start + LONGEST)]
    lines = []
    for number, happening in enumerate(sorted(due, key=lambda each: each.at)):
        world.run(happening.at)
        lines += _news(world)
        lines += _done(happening, world, persona.id, number)
    world.run(max(last, world.clock.now()) + _SETTLED)
    _to_the_end(journey, world, persona.id, start + LONGEST)
    runs = _runs(world, persona.id, journey.name)
    lines += [*_news(world), *_left_over(journey, runs, world)]
    return Lived(tuple(lines), runs, world, zone_of(persona, bundle))


def zone_of(persona: Persona, bundle: Bundle) -> str:
    """The persona's own time."""
    return lead_zone(persona.profile(_ANY_DAY), bundle.brand).key


def _arrive(world: World, persona: Persona) -> None:
    """The persona as it was before: known, judged once, with its consent. Only what it enters by that is told."""
    now = world.clock.now()
    world.add(persona.profile(now))
    if given := persona.contact(now):
        contact, record = given
        world.table.write(
            Create(keys.contact(persona.id), contact), Create(keys.consent(persona.id, now, record.id), record)
        )
    world.queue.wake(keys.decay_mark(persona.id).ref)
    world.drain()
    world.written[:] = [row for row in world.written if isinstance(row.after, Enrollment)]


def _entry(journey: Journey, happenings: list[Happening], start: datetime) -> list[Happening]:
    """What lets the persona in, where the journey waits for a deed and none is written."""
    for trigger in journey.enrol:
        if isinstance(trigger, OnRequest):
            named = any(each.verb == "enter" and each.words[:1] == (journey.name,) for each in happenings)
            return [] if named else [Happening(start, "enter", (journey.name,), f"+0 enter {journey.name}")]
        verb = _VERBS.get(Kind(trigger.kind)) if isinstance(trigger, OnActivity) else None
        if verb and isinstance(trigger, OnActivity):
            if any(each.verb == verb and each.words[:1] == (trigger.subject,) for each in happenings):
                return []
            status = [value for asked in trigger.where if asked.field == "status" for value in asked.any_of]
            return [Happening(start, verb, (trigger.subject, *status), f"+0 {verb} {trigger.subject}")]
    return []


def _done(happening: Happening, world: World, lead: str, number: int) -> list[Line]:
    if happening.verb == RETURN:
        returned = occur(happening, world, lead)
        world.drain()
        return [returned, *_news(world)]
    try:
        with world.quietly():
            happen(happening, world, lead, number)
    except Impossible as impossible:
        return [Line(happening.at, "impossible", {"written": happening.written, "reason": str(impossible)}, own=True)]
    world.drain()
    return _news(world)


def _to_the_end(journey: Journey, world: World, lead: str, end: datetime) -> None:
    waits_for_a_day = any(isinstance(trigger, OnDate) for trigger in journey.enrol)
    while (at := world.next_due()) is not None and at <= end:
        entered = bool(_runs(world, lead, journey.name))
        if not _goes_on(world, lead) and (entered or not waits_for_a_day):
            return
        world.run(at)


def _goes_on(world: World, lead: str) -> bool:
    """Whether the lead is in any journey, or a mail is under way."""
    runs = (row.value.state is EnrollmentState.ACTIVE for row in world.table.under(lead, "enrollment#"))
    sends = (row.value.state in OPEN for row in world.table.under(lead, "send#"))
    return any(runs) or any(sends)


def _runs(world: World, lead: str, journey: str) -> tuple[Enrollment, ...]:
    return tuple(row.value for row in world.table.under(lead, f"enrollment#{journey}#"))


def _left_over(journey: Journey, runs: tuple[Enrollment, ...], world: World) -> list[Line]:
    now = world.clock.now()
    if not runs:
        return [Line(now, "never", {"subject": journey.name})]
    return [
        Line(now, "ends", {"subject": journey.name, "step": run.step})
        for run in runs
        if run.state is EnrollmentState.ACTIVE
    ]


def _news(world: World) -> list[Line]:
    """What was written since it was last asked for."""
    news = told(world.written, world.bundle)
    world.written.clear()
    return news
