"""Build the routing of hand-offs."""

from ripen.playbook.routing import Member, Routing, Rule, Team
from ripen_authoring.building.clauses import optional
from ripen_authoring.building.settings import calendar
from ripen_authoring.models.routing import RoutingFile, TeamPart


def routing(written: RoutingFile) -> Routing:
    rules = (Rule(name=rule.name or rule.to, when=optional(rule.when), to=rule.to) for rule in written.rules)
    return Routing(teams={name: _team(name, part) for name, part in written.teams.items()}, rules=tuple(rules))


def _team(name: str, part: TeamPart) -> Team:
    return Team(
        name=name,
        members=tuple(Member(who=member.who, most=member.most, away=member.away) for member in part.members),
        manager=part.manager or "",
        channel=part.channel,
        remind_seconds=part.remind,
        escalate_seconds=part.escalate,
        reassign_seconds=part.reassign,
        calendar=calendar(part.calendar) if part.calendar else None,
        time_zone=part.time_zone,
    )
