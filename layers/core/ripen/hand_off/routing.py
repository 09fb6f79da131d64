"""Who in sales gets a lead: the first rule that holds names a team or a person, and a team's members take turns."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from ripen.calendar.business_days import is_within_any
from ripen.playbook.condition import LeadFacts, holds
from ripen.playbook.routing import OWNER, Member, Routing, Rule, Team


class Unassigned(StrEnum):
    """Why nobody in particular gets the lead."""

    NO_RULE = "no rule"
    NOBODY_FREE = "nobody free"
    """All members of the team are away, or as many hand-offs wait for them as they take."""
    DISQUALIFIED = "disqualified"


class Route(Struct, frozen=True, kw_only=True):
    """The rule that decides, the team, and the person."""

    rule: Rule | None = None
    team: Team | None = None
    owner: str = ""
    """The address of the person, "" if nobody in particular gets the lead."""
    by_name: bool = False
    """Whether the rule named the person; otherwise it was the person's turn."""
    unassigned: Unassigned | None = None


class Rota(Struct, frozen=True, kw_only=True):
    """What decides whose turn it is in a team."""

    last: str = ""
    """The member who got the latest lead by turn."""
    waiting: Mapping[str, int] = {}
    """How many hand-offs wait for each member."""


def matching_rule(routing: Routing, facts: LeadFacts, record_owner: str) -> tuple[Rule | None, Team | None, str]:
    """Return the first rule that holds, its team, and the person whom it names, "" for a team.

    `record_owner` is the address of the owner of the lead's record; the rule `to: owner` holds if that person is in a
    team.
    """
    for rule in routing.rules:
        if rule.when is not None and not holds(rule.when, facts):
            continue
        if rule.to in routing.teams:
            return rule, routing.teams[rule.to], ""
        who = record_owner if rule.to == OWNER else rule.to
        if found := _membership(routing, who):
            return rule, *found
    return None, None, ""


def assign(rule: Rule | None, team: Team | None, named: str, rota: Rota, today: date) -> Route:
    """Return the route by a rule. A person whom the rule names, and who is away, leaves the lead to the team."""
    if rule is None or team is None:
        return Route(unassigned=Unassigned.NO_RULE)
    present = {member.who: is_present(member, today) for member in team.members}
    if named and present.get(named):
        return Route(rule=rule, team=team, owner=named, by_name=True)
    owner = next_member(team, rota, today)
    return Route(rule=rule, team=team, owner=owner, unassigned=None if owner else Unassigned.NOBODY_FREE)


def next_member(team: Team, rota: Rota, today: date, but: Collection[str] = ()) -> str:
    """Return the member whose turn it is; "" if all are away, or have as many hand-offs as they take.

    Turns go through the members in their order, after the one who got the latest lead.
    """
    return next((m.who for m in _in_turn(team, rota.last) if m.who not in but and _is_free(m, rota, today)), "")


def is_present(member: Member, today: date) -> bool:
    """Return whether the member is not away on that day."""
    return not is_within_any(today, member.away)


def _in_turn(team: Team, last: str) -> Iterator[Member]:
    names = [member.who for member in team.members]
    start = names.index(last) + 1 if last in names else 0
    yield from (*team.members[start:], *team.members[:start])


def _is_free(member: Member, rota: Rota, today: date) -> bool:
    has_room = member.most is None or rota.waiting.get(member.who, 0) < member.most
    return has_room and is_present(member, today)


def _membership(routing: Routing, who: str) -> tuple[Team, str] | None:
    """Return the first team with this person, and the address as the playbook writes it."""
    for team in routing.teams.values():
        for member in team.members:
            if who and member.who.casefold() == who.casefold():
                return team, member.who
    return None
