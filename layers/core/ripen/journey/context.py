"""What the journey engine is told, and what it answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.decision import Decision
from ripen.journey.effects import Effect, PlanSend
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send
from ripen.playbook.bundle import Brand, Calendar, Email, Scoring
from ripen.playbook.graph import Journey


class Scene(Struct, frozen=True, kw_only=True):
    """All that the next step may depend on."""

    profile: Profile
    journey: Journey
    """As the enrollment is pinned to it."""
    live: Journey | None
    """As it is now; None where the playbook has dropped it. Its `moves` say what becomes of who stands on changed steps."""
    emails: Mapping[str, Email]
    brand: Brand
    calendar: Calendar
    state: State | None = None
    contact: Contact | None = None
    mailed: datetime | None = None
    """When the enrollment's latest mail went, or is to go as far as is known; None where it never will."""
    activities: Sequence[Activity] = ()
    """What the lead did, at least since `looks_back`."""
    live_bundle: str = ""
    scoring: Scoring | None = None
    """For clauses about fit, engagement and total."""
    stages: tuple[str, ...] = ()
    """Lifecycle stages, in their order."""


class Moved(Struct, frozen=True, kw_only=True):
    """`due` is when the enrollment is to be looked at again; None once it is over."""

    enrollment: Enrollment
    effects: tuple[Effect, ...]
    due: datetime | None
    decisions: tuple[Decision, ...]

    @property
    def sends(self) -> tuple[Send, ...]:
        return tuple(effect.send for effect in self.effects if isinstance(effect, PlanSend))
