"""What the journey engine knows when it advances an enrollment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.lead.activity import Activity
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Brand, Email
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.graph import Journey
from ripen.playbook.scoring import Scoring


class JourneyContext(Struct, frozen=True, kw_only=True):
    """Everything, apart from the enrollment, that the next step may depend on."""

    profile: Profile
    journey: Journey
    """The graph that the enrollment follows."""
    live: Journey | None
    """The journey in the live playbook, None if it was removed. Its `moves` say what happens to leads on changed
    steps."""
    emails: Mapping[str, Email]
    brand: Brand
    calendar: Calendar
    state: State | None = None
    contact: Contact | None = None
    mail_leaves: datetime | None = None
    """When the enrollment's latest mail was sent, or will be as far as is known; None if it never will."""
    activities: Sequence[Activity] = ()
    """The lead's activities, at least those since history_start()."""
    live_bundle: str = ""
    """Hash of the live playbook."""
    scoring: Scoring | None = None
    """For clauses about fit, engagement and total."""
    stages: tuple[str, ...] = ()
    """Lifecycle stages, in their order."""
