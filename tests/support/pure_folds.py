"""The fold as a pure function, for a lead without a job title and a small bundle."""

from datetime import datetime

from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.lead.activity import Activity, Kind
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE = a_bundle()
JUNIOR = a_lead(job_title="")


def folded(*activities: Activity, state: State | None = None, now: datetime = NOON, bundle: Bundle = BUNDLE) -> Folded:
    return fold(LeadHistory(profile=JUNIOR, state=state), activities, bundle, now)


def a_click(n: int = 0, **changes: object) -> Activity:
    return an_activity(**({"id": f"click{n}", "kind": Kind.LINK_CLICKED} | changes))
