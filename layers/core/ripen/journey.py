"""A journey: one scenario for one lead. The engine decides; nurture.advance applies."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EnrollmentState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    EXITED = "exited"


@dataclass(frozen=True, kw_only=True)
class Enrollment:
    """The `enrollment#<journey>#<entry key>` row: where one lead stands in one journey."""

    lead: str
    journey: str
    key: str
    """One run per key: "once", an activity's id, an order's number, …"""
    entered: datetime
    bundle: str
    """The playbook whose graph this enrollment is pinned to."""
    state: EnrollmentState = EnrollmentState.ACTIVE
    step: str = ""
    """Id of the step it stands on; "" before the first."""
    visits: dict[str, int] = field(default_factory=dict)
    """How often each step was visited: the occurrence in a send's id."""
    until: datetime | None = None
    """When the wait it stands in ends."""
    reason: str = ""
    left: datetime | None = None
    activity: str = ""
    """The activity that enrolled it."""
