"""What a fold reads of a lead, and the rows that follow from it; shared by folding (react.py) and folding anew (again.py)."""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.fold import CrmFellBehind, Enrolled, Folded, JourneysShaken, LeadTurnedHot, VerdictsAged, crm_due
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import CrmMark, DecayMark, RefoldMark
from ripen.ports import Wake

_SAME = timedelta(milliseconds=1)
"""Due times are kept to the millisecond."""
_MOST_SHAKEN = 40
"""In one transaction; whoever stands in more runs of journeys at once is looked at in the rest when their waits end."""


class Queues(Struct, frozen=True, kw_only=True):
    """Who hears of what follows."""

    advance: Wake
    sync: Wake
    alert: Wake


class Known(Struct, frozen=True, kw_only=True):
    """A lead's rows that a fold reads or writes, besides its activities."""

    profile: Profile
    state: Row[State] | None
    crm: Row[CrmMark] | None
    decay: Row[DecayMark] | None
    refold: Row[RefoldMark] | None
    contact: Row[Contact] | None

    @property
    def permission(self) -> Contact | None:
        return self.contact.value if self.contact else None


def keys_of(lead: str) -> list[Key[Any]]:
    """The keys of what is Known, in its order."""
    return [
        keys.profile(lead),
        keys.state(lead),
        keys.crm_mark(lead),
        keys.decay_mark(lead),
        keys.refold_mark(lead),
        keys.contact(lead),
    ]


def runs(lead: str, journeys: Iterable[str], table: Table) -> list[Enrollment]:
    """The lead's enrollments in these journeys."""
    return [row.value for name in sorted(journeys) for row in table.under(lead, f"enrollment#{name}#")]


def following(known: Known, folded: Folded, table: Table, now: datetime) -> list[Change]:
    """The state and all that follows from it, but for the activities themselves."""
    lead = known.profile.id
    hearing = _hearing(lead, folded, table)
    return [
        Replace(keys.state(lead), _without_those_over(folded, hearing), known.state.version if known.state else 0),
        *_consequences(known, folded, now),
        *_decay(lead, known.decay, folded.decay),
        *(Mark(key, now) for key in [key for found in hearing.values() for key in found][:_MOST_SHAKEN]),
        *(create_decision(decision) for decision in folded.decisions),
    ]


def wake_due(changes: Sequence[Change], now: datetime, queues: Queues) -> None:
    """Whoever has something to do now is woken; the tick does it where this fails."""
    due = [
        change.key.ref
        for change in changes
        if isinstance(change, Create | Replace | Mark) and change.due and change.due <= now
    ]
    for kind, queue in (("alert", queues.alert), ("due#crm", queues.sync), ("enrollment", queues.advance)):
        queue.wake(*(ref for ref in due if keys.kind(ref) == kind))


def _hearing(lead: str, folded: Folded, table: Table) -> dict[str, list[Key[Enrollment]]]:
    """By journey that hears what happened: where the lead stands in it now."""
    hearing: dict[str, list[Key[Enrollment]]] = {
        name: [] for shock in folded.consequences if isinstance(shock, JourneysShaken) for name in shock.journeys
    }
    for row in table.under(lead, "enrollment#") if hearing else ():
        if row.value.journey in hearing and row.value.state is EnrollmentState.ACTIVE:
            hearing[row.value.journey].append(row.key)
    return hearing


def _without_those_over(folded: Folded, hearing: Mapping[str, Sequence[Key[Enrollment]]]) -> State:
    """The state, with it noted which journeys are over and need not be asked again."""
    entered = {entry.enrollment.journey for entry in folded.consequences if isinstance(entry, Enrolled)}
    over = {name for name, found in hearing.items() if not found} - entered
    if not over:
        return folded.state
    entries = {name: replace(e, active=e.active and name not in over) for name, e in folded.state.journeys.items()}
    return replace(folded.state, journeys=entries)


def _consequences(known: Known, folded: Folded, now: datetime) -> Iterable[Change]:
    lead = known.profile.id
    for consequence in folded.consequences:
        match consequence:
            case LeadTurnedHot(alert):
                yield Create(keys.alert(lead, alert.id), alert, due=now)
            case Enrolled(entry):
                yield Create(keys.enrollment(lead, entry.journey, entry.key), entry, due=now)
            case CrmFellBehind(urgent):
                yield _crm(lead, known.crm, urgent, now)
            case VerdictsAged():
                was = known.refold.version if known.refold else 0
                yield Replace(keys.refold_mark(lead), RefoldMark(lead=lead), was, due=now, lane=Lane.BULK)
            case JourneysShaken():  # marked above
                pass


def _crm(lead: str, row: Row[CrmMark] | None, urgent: bool, now: datetime) -> Change:
    mark = row.value if row else CrmMark(lead=lead)
    return Replace(
        keys.crm_mark(lead),
        replace(mark, urgent=mark.urgent or urgent),
        row.version if row else 0,
        due=crm_due(urgent, mark.written, row.due if row else None, now),
    )


def _decay(lead: str, row: Row[DecayMark] | None, due: datetime | None) -> Iterable[Change]:
    before = row.due if row else None
    if before and due and abs(before - due) < _SAME:
        return
    if due or before:
        yield Replace(keys.decay_mark(lead), DecayMark(lead=lead), row.version if row else 0, due=due, lane=Lane.BULK)
