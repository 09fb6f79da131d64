"""What follows from a fold, apart from the state itself; score.react writes each as a row."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.ids import alert_id
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import State
from ripen.marks import CRM_INTERVAL
from ripen.playbook.wake_events import JOURNEY_ENDING_KINDS, event_names
from ripen.slack.alert import HOT, Alert

_ALSO_CHANGED_BY: dict[Kind, tuple[str, ...]] = {
    Kind.FORM_SUBMITTED: ("field", "tag", "consent"),
    Kind.UPDATED: ("field", "tag", "consent"),
    Kind.POINTS_GIVEN: ("field", "tag"),
    Kind.UNSUBSCRIBED: ("consent",),
    Kind.RESUBSCRIBED: ("consent",),
    Kind.COMPLAINED: ("consent",),
}
"""The changes that may come with an activity, under the names of wake_events()."""
_CRM_PAUSE = timedelta(seconds=60)


class LeadTurnedHot(Struct, frozen=True):
    """Alert sales, once for each time that the lead turns hot."""

    alert: Alert


class ContactRequested(Struct, frozen=True):
    """Alert sales, whatever the rank: the lead sent a form that asks for contact."""

    alert: Alert


class ContactRequestLeftOut(Struct, frozen=True):
    """Show on the last card of the day how many further requests got no card."""

    alert: str
    left_out: int


class Enrolled(Struct, frozen=True):
    """Start the enrollment."""

    enrollment: Enrollment


class CrmOutdated(Struct, frozen=True):
    """Write the lead to the CRM; urgent for a new lead, a new rank, or a form of a lead that the CRM does not have."""

    urgent: bool


class JourneysAffected(Struct, frozen=True):
    """Advance the lead's enrollments in these journeys, because something happened that can move them."""

    journeys: tuple[str, ...]


Consequence = LeadTurnedHot | ContactRequested | ContactRequestLeftOut | Enrolled | CrmOutdated | JourneysAffected


def lead_turned_hot(state: State, now: datetime) -> LeadTurnedHot:
    """Return the alert for the lead's present hot episode."""
    id = alert_id(state.lead, HOT, state.episode)
    return LeadTurnedHot(Alert(id=id, lead=state.lead, kind=HOT, planned=now))


def crm_due(urgent: bool, written: datetime | None, due: datetime | None, now: datetime) -> datetime:
    """Return when to write the lead to the CRM, never later than it is due already.

    That is at once if urgent; else after a minute, and at most every 15 minutes.
    """
    wanted = now if urgent else max(now + _CRM_PAUSE, written + CRM_INTERVAL if written else now)
    return min(wanted, due) if due else wanted


def journeys_affected(before: State, after: State, activities: Iterable[Activity]) -> JourneysAffected | None:
    """Return the journeys that the lead had entered and that one of these changes can move; None without any."""
    names = {
        name
        for activity in activities
        if activity.verdict is Verdict.HUMAN
        for name in (*event_names(activity.kind, activity.subject), *_ALSO_CHANGED_BY.get(activity.kind, ()))
    }
    if names:
        names.add("score")
    if _standing(before) != _standing(after):
        names |= {"rank", "score"}
    if before.segments != after.segments:
        names.add("segment")
    ends_all = not names.isdisjoint(JOURNEY_ENDING_KINDS)
    affected = [
        name
        for name, entry in after.journeys.items()
        if name in before.journeys and entry.active and (ends_all or not names.isdisjoint(entry.wake_events))
    ]
    return JourneysAffected(tuple(sorted(affected))) if affected else None


def _standing(state: State) -> tuple[object, ...]:
    """Return what conditions on rank, grade, level and disqualification ask for."""
    models = {name: (model.rank, model.grade, model.level) for name, model in state.models.items()}
    return state.rank, state.grade, state.level, state.disqualified, models
