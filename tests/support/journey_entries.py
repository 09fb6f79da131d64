"""A playbook with one journey, activities that enter it, and the enrollments that a fold makes."""

from copy import replace
from datetime import datetime
from typing import Any

from ripen.fold.consequences import Enrolled
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity, Trigger
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

JUNIOR = a_lead(job_title="")
ORDERED = OnActivity(kind="form_submitted", subject="order", key="order")
NEVER, BY_KEY, AFTER_EXIT = Again(), Again(how="by key"), Again(how="after exit")


def a_playbook(*enrol: Trigger, segments: tuple[Segment, ...] = (), **known: Any) -> Bundle:
    """Return a playbook with one journey, j."""
    journey = Journey(**{"name": "j", "enrol": enrol} | known)
    return replace(a_bundle(), journeys={"j": journey}, segments={segment.name: segment for segment in segments})


def an_order(number: str, **known: Any) -> Activity:
    return an_activity(**{"id": f"activity-{number}", "subject": "order", "facts": {"order": number}} | known)


def asked(**known: Any) -> Activity:
    return an_activity(**{"id": "ask", "kind": Kind.ENTRY_ASKED, "subject": "j", "facts": {"by": "anna"}} | known)


def entries(got: Folded) -> list[Enrollment]:
    return [consequence.enrollment for consequence in got.consequences if isinstance(consequence, Enrolled)]


def keys(got: Folded) -> list[str]:
    return [entry.key for entry in entries(got)]


def entry_decisions(got: Folded) -> list[tuple[str, str, str]]:
    return [(d.outcome, d.reason, d.facts["by"]) for d in got.decisions if d.what == "enrollment"]


def run(
    bundle: Bundle, *activities: Activity, state: State | None = None, now: datetime = NOON, **known: Any
) -> Folded:
    profile: Profile = known.pop("profile", JUNIOR)
    return fold(LeadHistory(profile=profile, state=state, **known), activities, bundle, now)


def an_earlier_enrollment(key: str, over: bool = False) -> Enrollment:
    state = EnrollmentState.FINISHED if over else EnrollmentState.ACTIVE
    return Enrollment(lead="lead1", journey="j", key=key, entered=NOON, bundle="bundle1", state=state)
