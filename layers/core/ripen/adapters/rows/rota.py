"""Whose turn it is in a team, and which hand-offs wait for it."""

from collections import Counter

from ripen.adapters.table import Row, Table, keys
from ripen.hand_off.hand_off import Waiting
from ripen.hand_off.routing import Rota
from ripen.playbook.routing import Team

_MOST_COUNTED = 1000
"""Waiting hand-offs of a team that are counted; with more, everybody has enough."""


def read_rota(team: Team | None, table: Table) -> Rota:
    """Return what decides whose turn it is. The waiting hand-offs are counted only for a team with a limit."""
    if team is None:
        return Rota()
    turns = table.get(keys.turns(team.name))
    has_limit = any(member.most is not None for member in team.members)
    waiting = Counter(row.value.owner for row in waiting_hand_offs(team.name, table)) if has_limit else {}
    return Rota(last=turns.value.last if turns else "", waiting=waiting)


def waiting_hand_offs(team: str, table: Table) -> list[Row[Waiting]]:
    """Return the team's hand-offs that nobody has accepted."""
    return list(table.under(team, "handoff#", of="team", most=_MOST_COUNTED))
