"""Check routing.yaml."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ripen.nearest import nearest
from ripen.playbook.routing import OWNER
from ripen.words import Words
from ripen_authoring.checks.clauses import check_clause
from ripen_authoring.checks.settings import check_country, unknown_time_zone
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.routing import RoutingFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem


def check(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check the teams' calendars, and that each rule can hold and names somebody."""
    if folder.routing is None:
        return
    entry = folder.routing
    yield from _check_teams(entry)
    targets = {*entry.model.teams, OWNER, *_members(entry.model)}
    for number, rule in enumerate(entry.model.rules):
        where = ("rules", number)
        yield from check_clause(folder, entry.document, (*where, "when"), rule.when, ripen)
        if rule.to not in targets:
            hint = nearest(rule.to, targets)
            message = Words(
                f"{rule.to!r} is no team and no member of one{hint.en}",
                f"{rule.to!r} というチームもメンバーもありません{hint.ja}",
            )
            yield entry.document.problem((*where, "to"), message)
        if number and entry.model.rules[number - 1].when is None and entry.model.rules[number - 1].to != OWNER:
            message = Words(
                "no lead reaches this rule: the one before it takes every lead",
                "すぐ上のルールがすべての見込み客を受け取るため、このルールには届きません",
            )
            yield entry.document.warning(where, message)


def _members(file: RoutingFile) -> set[str]:
    return {member.who for team in file.teams.values() for member in team.members}


def _check_teams(entry: Entry[RoutingFile]) -> Iterator[Problem]:
    for name, team in entry.model.teams.items():
        where = ("teams", name)
        if team.calendar:
            yield from check_country(entry.document, (*where, "calendar", "country"), team.calendar.country)
        try:
            if team.time_zone:
                ZoneInfo(team.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield entry.document.problem((*where, "time_zone"), unknown_time_zone(team.time_zone))
