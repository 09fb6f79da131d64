"""What is known of a lead when its activities are folded."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.contact import Contact
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.condition import LeadFacts


class LeadHistory(Struct, frozen=True, kw_only=True):
    """The lead before the fold."""

    profile: Profile
    state: State | None = None
    """None before the first fold."""
    due: datetime | None = None
    """When the state is due."""
    pages: Sequence[HistoryPage] = ()
    """The history before that of the state, oldest first; only a refold needs it."""
    contact: Contact | None = None
    enrollments: Sequence[Enrollment] = ()
    """Those in the journeys that entry.journeys_to_read names."""
    nearby: Sequence[Activity] = ()
    """Activities at about the same time, folded or not: they show whether a scanner or a person clicked."""
    deliveries: Mapping[str, datetime] = {}
    """When the mails were delivered, by send id; also evidence about clicks."""


class StateChange(Struct, frozen=True, kw_only=True):
    """What a fold changed: the lead's state before and after, and the activities that were folded."""

    before: State
    after: State
    facts: LeadFacts
    """What clauses can ask about the lead after the fold."""
    activities: Sequence[Activity] = ()
