"""The hand-off of an alert: who gets the lead, and the steps of its clock. Each change is one transaction."""

from collections.abc import Iterator
from copy import replace
from datetime import datetime

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen import ids, ports
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.rota import read_rota
from ripen.adapters.table import Change, Create, Delete, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.calendar.local_time import office_zone
from ripen.crm.users import record_owner
from ripen.decision import Decision, DecisionKind
from ripen.errors import Undeliverable
from ripen.hand_off.clock import Step, team_of
from ripen.hand_off.hand_off import HandOff, Turns, Waiting
from ripen.hand_off.routing import Route, Unassigned, assign, matching_rule, next_member
from ripen.playbook.bundle import Bundle
from ripen.playbook.routing import Team
from ripen.scoring.activity_counts import lead_facts
from ripen.scoring.score import score
from ripen.slack.alert import HAND_OFFS, Alert, AlertState
from ripen.slack.hand_off_course import HandOffChange, begins, begun, due_step, is_waiting, routed, stepped

logger = Logger(child=True)

_MOST_ALERTS = 100
"""Alerts of the lead that are read."""


class Dependencies(Struct, frozen=True):
    table: Table
    clock: ports.Clock
    bundle: Bundle
    chat: ports.Chat
    channel: str


def needs_route(alert: Alert, bundle: Bundle) -> bool:
    """Return whether the card is to be posted, and nobody has decided yet who gets the lead."""
    is_new = alert.kind in HAND_OFFS and alert.state is AlertState.PLANNED and alert.hand_off is None
    return is_new and bundle.routing is not None


def route(row: Row[Alert], dependencies: Dependencies) -> None:
    """Decide who gets the lead, and write it down with the team's turn."""
    found, now = _route(row.value, dependencies), dependencies.clock.now()
    after = routed(row.value, found, _user_id(found.owner, dependencies))
    turn = _turn(found.team, found.owner, dependencies.table) if found.owner and not found.by_name else []
    dependencies.table.write(Replace(row.key, after, was=row.version, due=now), *turn)
    logger.info("lead routed", alert=row.value.id, rule=found.rule.name if found.rule else "")


def tend(row: Row[Alert], dependencies: Dependencies) -> tuple[Ref, ...] | None:
    """Start the clock of a posted card, take a step that is due, or keep the team's list.

    Return the messages to post now; None if there was nothing to do.
    """
    alert, hand_off, now = row.value, row.value.hand_off, dependencies.clock.now()
    if hand_off is None:
        return None
    if begins(alert):
        return _write(row, begun(alert, hand_off, dependencies.bundle, now), dependencies)
    step = due_step(alert, dependencies.bundle)
    if step and step[0] <= now:
        return _write(row, _step(alert, hand_off, step[1], dependencies), dependencies)
    if hand_off.waiting == is_waiting(alert):
        return None
    after, listed = _listed(alert, hand_off, dependencies.table, now)
    direct = _direct_messages(alert, dependencies.table)
    marks = (Mark(key, now) for key in direct)
    dependencies.table.write(Replace(row.key, after, was=row.version, due=now), *listed, *marks)
    return tuple(key.ref for key in direct)


def _direct_messages(alert: Alert, table: Table) -> list[Key[Alert]]:
    """Return the posted messages that show the card; they are out of date once somebody has accepted the lead."""
    rows: Iterator[Row[Alert]] = table.under(alert.lead, "alert#", newest_first=True, most=_MOST_ALERTS)
    about = (row for row in rows if row.value.about == alert.id and row.value.to)
    return [row.key for row in about if row.value.state is AlertState.POSTED]


def _route(alert: Alert, dependencies: Dependencies) -> Route:
    table, bundle, now = dependencies.table, dependencies.bundle, dependencies.clock.now()
    lead = alert.lead
    profile, state, contact = table.get_many([keys.profile(lead), keys.state(lead), keys.contact(lead)])
    if profile is None or state is None or bundle.routing is None:
        return Route(unassigned=Unassigned.NO_RULE)
    if state.value.disqualified:
        return Route(unassigned=Unassigned.DISQUALIFIED)
    points = score(state.value, bundle.scoring, now)
    facts = lead_facts(profile.value, state.value, points, contact.value if contact else None, now)
    owner = record_owner(profile.value, bundle.sync.users)
    rule, team, named = matching_rule(bundle.routing, facts, owner)
    today = now.astimezone(office_zone(bundle.brand, team.time_zone if team else "")).date()
    return assign(rule, team, named, read_rota(team, table), today)


def _step(alert: Alert, hand_off: HandOff, step: Step, dependencies: Dependencies) -> HandOffChange:
    bundle, now, owner = dependencies.bundle, dependencies.clock.now(), ""
    team = team_of(hand_off, bundle)
    if step is Step.REASSIGN and team:
        today = now.astimezone(office_zone(bundle.brand, team.time_zone)).date()
        owner = next_member(team, read_rota(team, dependencies.table), today, but=(hand_off.owner,))
    return stepped(alert, hand_off, step, bundle, now, owner, _user_id(owner, dependencies))


def _write(row: Row[Alert], change: HandOffChange, dependencies: Dependencies) -> tuple[Ref, ...]:
    """Write the change with its messages, the team's list and turn, and the decision. Return the messages."""
    table, now, alert, hand_off = dependencies.table, dependencies.clock.now(), change.alert, change.hand_off
    after, listed = _listed(alert, hand_off, table, now)
    is_other = row.value.hand_off is not None and row.value.hand_off.owner != hand_off.owner
    messages = [Create(keys.alert(alert.lead, each.id), each, due=now) for each in change.messages]
    table.write(
        Replace(row.key, after, was=row.version, due=now),
        *messages,
        *listed,
        *(_turn(team_of(hand_off, dependencies.bundle), hand_off.owner, table) if is_other else ()),
        _decision(change, dependencies, now),
    )
    logger.info("hand-off", alert=alert.id, outcome=change.outcome)
    return tuple(message.key.ref for message in messages)


def _listed(alert: Alert, hand_off: HandOff, table: Table, now: datetime) -> tuple[Alert, list[Change]]:
    """Return the alert and the change of the team's list of waiting hand-offs."""
    key, is_listed = keys.waiting_hand_off(hand_off.team, alert.id), is_waiting(alert)
    row, after = table.get(key), replace(alert, hand_off=replace(hand_off, waiting=is_listed))
    if not is_listed:
        return after, [Delete(key, row.version)] if row else []
    waiting = Waiting(lead=alert.lead, alert=alert.id, owner=hand_off.owner, since=hand_off.since or now)
    return after, [Replace(key, waiting, was=row.version if row else 0)]


def _turn(team: Team | None, owner: str, table: Table) -> list[Change]:
    if team is None:
        return []
    row = table.get(keys.turns(team.name))
    return [Replace(keys.turns(team.name), Turns(last=owner), was=row.version if row else 0)]


def _user_id(address: str, dependencies: Dependencies) -> str:
    """Return the person's id in Slack, "" if it is unknown now: the card then shows the address."""
    try:
        return dependencies.chat.user_with_email(address) if address else ""
    except Undeliverable as error:
        logger.warning("owner not found in Slack", reason=error.reason)
        return ""


def _decision(change: HandOffChange, dependencies: Dependencies, now: datetime) -> Create[Decision]:
    decision = Decision(
        id=ids.digest(change.alert.id, change.outcome, now.isoformat()),
        lead=change.alert.lead,
        at=now,
        what=DecisionKind.ALERT,
        subject=change.alert.kind,
        outcome=change.outcome,
        bundle=dependencies.bundle.hash,
        facts=change.facts,
    )
    return create_decision(decision)
