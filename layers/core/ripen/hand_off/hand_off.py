"""A hand-off: who got the lead, since when it waits, and what was said about the wait."""

from datetime import datetime

from msgspec import Struct

from ripen.hand_off.routing import Unassigned


class HandOff(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The part of an `alert#` row about its hand-off. Its clock runs while the alert is open."""

    rule: str = ""
    team: str = ""
    owner: str = ""
    """The person's address in Slack, "" if nobody in particular got the lead."""
    owner_id: str = ""
    """The person's user id in Slack, "" if Slack knows no such member."""
    unassigned: Unassigned | None = None
    since: datetime | None = None
    """The start of the clock: when the card was posted, or when the lead was released. None: no clock."""
    reminded: datetime | None = None
    escalated: datetime | None = None
    reassigned: datetime | None = None
    waiting: bool = False
    """Whether the team's list of waiting hand-offs has it."""


class Waiting(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `handoff#<alert>` row of a team: a hand-off that nobody has accepted."""

    lead: str
    alert: str
    owner: str = ""
    since: datetime


class Turns(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The row of a team: who got the latest lead by turn."""

    last: str = ""
