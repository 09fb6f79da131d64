"""Who in sales gets a lead that is handed off, from playbook/routing.yaml.

People are named by their addresses in Slack.
"""

from msgspec import Struct

from ripen.playbook.business_calendar import Calendar
from ripen.playbook.clause import Clause

OWNER = "owner"
"""The target of a rule: the owner of the lead's record in the CRM, if that person is in a team."""


class Member(Struct, frozen=True, kw_only=True):
    """A salesperson."""

    who: str
    most: int | None = None
    """At most this many hand-offs wait for this person; None: no limit."""
    away: tuple[tuple[str, str], ...] = ()
    """First and last day of each absence, as Calendar.closures."""


class Team(Struct, frozen=True, kw_only=True):
    """Salespeople who take turns, and how long a hand-off may wait for them, in seconds of their business hours."""

    name: str
    members: tuple[Member, ...]
    manager: str = ""
    channel: str = ""
    """Id of the Slack channel for the cards; "" is the sales channel."""
    remind_seconds: int | None = None
    """When the owner is reminded; None: never."""
    escalate_seconds: int | None = None
    """When the manager hears of it."""
    reassign_seconds: int | None = None
    """When the next member gets the lead."""
    calendar: Calendar | None = None
    """None: that of the company."""
    time_zone: str = ""
    """"" is that of the brand."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule; the first one that holds decides."""

    name: str
    when: Clause | None = None
    """None: for every lead."""
    to: str
    """Name of a team, address of a member, or OWNER."""


class Routing(Struct, frozen=True, kw_only=True):
    """All teams, and the rules in their order."""

    teams: dict[str, Team]
    rules: tuple[Rule, ...]
