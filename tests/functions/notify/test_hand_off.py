"""notify.alert hands leads off: who gets the lead, what is said to whom, and when."""

from copy import replace
from datetime import datetime, timedelta
from json import dumps
from zoneinfo import ZoneInfo

import pytest

from ripen.adapters.rows.rota import waiting_hand_offs
from ripen.adapters.table import Replace, keys
from ripen.hand_off.routing import Unassigned
from ripen.playbook.routing import Member, Routing, Rule, Team
from ripen.settings import Shadow
from ripen.slack.alert import AlertOutcome, AlertState
from tests.support.builders import a_bundle
from tests.support.fakes import NOON
from tests.support.hot_lead_alert import DOWN, HotLeadAlert

ALICE, BOB, CAROL = (f"{name}@ripen.example" for name in ("alice", "bob", "carol"))
SALES = Team(
    name="sales",
    members=(Member(who=ALICE), Member(who=BOB)),
    manager=CAROL,
    remind_seconds=30 * 60,
    escalate_seconds=2 * 3600,
    reassign_seconds=4 * 3600,
)
ALL = Rule(name="all", to="sales")
FRIDAY = datetime(2026, 11, 20, 17, 45, tzinfo=ZoneInfo("Asia/Tokyo"))
"""A quarter of an hour before the weekend, and Monday is a public holiday."""


@pytest.fixture
def handed(hot_lead: HotLeadAlert) -> HotLeadAlert:
    """A hot lead for a team of two with a manager, on a Friday evening."""
    hot_lead.chat.addresses = {"U0ALICE": ALICE, "U0BOB": BOB, "U0CAROL": CAROL}
    hot_lead.clock.at = FRIDAY
    return routed(hot_lead)


def routed(hot_lead: HotLeadAlert, team: Team = SALES, rule: Rule = ALL) -> HotLeadAlert:
    hot_lead.bundle = replace(a_bundle(), routing=Routing(teams={"sales": team}, rules=(rule,)))
    return hot_lead


def live(handed: HotLeadAlert, until: str) -> list[tuple[str, str]]:
    """Go from due time to due time, and return when something was said, and where."""
    found, end = list[tuple[str, str]](), datetime.fromisoformat(until).replace(tzinfo=FRIDAY.tzinfo)
    while (due := handed.waits()) is not None and handed.clock.now() + timedelta(seconds=due) <= end:
        handed.clock.move(seconds=due)
        before = len(handed.chat.said)
        handed.wake()
        at = handed.clock.now().astimezone(FRIDAY.tzinfo).isoformat()[:16]
        found += [(at, place) for place, _ in handed.chat.said[before:]]
    return found


def test_owner_is_on_the_card_and_gets_it_in_a_direct_message(handed: HotLeadAlert) -> None:
    handed.wake()

    assert "引き渡し先: <@U0ALICE>" in dumps(handed.chat.cards["1"][1], ensure_ascii=False)
    [(place, text)] = handed.chat.said
    assert place == "D0ALICE" and text.startswith("📨 あなたに引き渡された見込み客です（ルール: all）")
    assert '"value": "lead1|' in dumps(handed.chat.cards["2"][1])
    assert sorted(handed.decisions()) == ["handed off", "posted", "posted"]
    assert [row.value.owner for row in waiting_hand_offs("sales", handed.table)] == [ALICE]


def test_each_message_comes_once_at_its_minute_across_a_weekend_and_a_monday_holiday(handed: HotLeadAlert) -> None:
    handed.wake()

    assert live(handed, "2026-12-24T18:00") == [
        ("2026-11-24T09:15", "D0ALICE"),
        ("2026-11-24T09:15", "1"),
        ("2026-11-24T10:45", "D0CAROL"),
        ("2026-11-24T10:45", "1"),
        ("2026-11-24T12:45", "D0BOB"),
        ("2026-11-24T12:45", "1"),
    ]
    assert handed.waits() is None
    hand_off = handed.alert().hand_off
    assert hand_off and (hand_off.owner, hand_off.owner_id) == (BOB, "U0BOB")
    assert [row.value.owner for row in waiting_hand_offs("sales", handed.table)] == [BOB]
    turns = handed.table.get(keys.turns("sales"))
    assert turns and turns.value.last == BOB
    assert [each for each in handed.decisions() if each != "posted"] == [
        "handed off",
        "reminded",
        "escalated",
        "reassigned",
    ]


@pytest.mark.parametrize("outcome", [AlertOutcome.ACCEPTING, AlertOutcome.ACCEPTED, AlertOutcome.NOT_A_FIT])
def test_clock_stops_when_somebody_presses(handed: HotLeadAlert, outcome: AlertOutcome) -> None:
    handed.wake()
    handed.change(outcome=outcome, by="U0BOB", by_name="bob", acted=FRIDAY)
    handed.wake()

    assert live(handed, "2026-12-24T18:00") == []
    is_taken = outcome is not AlertOutcome.ACCEPTING
    assert len(waiting_hand_offs("sales", handed.table)) == (not is_taken)
    assert ("<@U0BOB>" in dumps(handed.chat.cards["2"][1])) == is_taken  # the direct message says so, too


def test_clock_begins_again_after_a_release(handed: HotLeadAlert) -> None:
    handed.wake()
    handed.change(outcome=AlertOutcome.ACCEPTED, by="U0BOB")
    handed.wake()
    handed.clock.move(days=5)
    hand_off = handed.alert().hand_off
    assert hand_off
    handed.change(outcome=AlertOutcome.OPEN, by="", hand_off=replace(hand_off, since=handed.clock.now()))
    handed.wake()

    assert live(handed, "2026-11-26T10:00") == [("2026-11-26T09:15", "D0ALICE"), ("2026-11-26T09:15", "1")]
    assert len(waiting_hand_offs("sales", handed.table)) == 1


def test_nobody_else_in_the_team_keeps_the_owner(handed: HotLeadAlert) -> None:
    routed(handed, replace(SALES, members=SALES.members[:1])).wake()

    live(handed, "2026-12-24T18:00")
    hand_off = handed.alert().hand_off
    assert hand_off and hand_off.reassigned and hand_off.owner == ALICE


def test_lead_without_a_rule_is_shown_as_such_and_has_no_clock(handed: HotLeadAlert) -> None:
    handed.bundle = replace(a_bundle(), routing=Routing(teams={"sales": SALES}, rules=()))
    handed.wake()

    assert "どのルールにも当てはまりません" in dumps(handed.chat.cards["1"][1], ensure_ascii=False)
    assert (handed.waits(), handed.chat.said) == (None, [])


def test_disqualified_lead_is_shown_without_a_clock(handed: HotLeadAlert) -> None:
    row = handed.table.get(keys.state("lead1"))
    assert row
    handed.table.write(Replace(row.key, replace(row.value, disqualified="student"), row.version))
    handed.wake()

    hand_off = handed.alert().hand_off
    assert hand_off and hand_off.unassigned is Unassigned.DISQUALIFIED
    assert (handed.alert().state, handed.waits(), handed.chat.said) == (AlertState.POSTED, None, [])


def test_card_goes_to_the_channel_of_the_team(handed: HotLeadAlert) -> None:
    routed(handed, replace(SALES, channel="C0WEST")).wake()

    assert handed.chat.places[0] == "C0WEST"


def test_direct_message_that_slack_does_not_take_is_posted_later(handed: HotLeadAlert) -> None:
    handed.chat.trouble = [None, None, DOWN]  # the owner's id, the card, and the message
    handed.wake()
    assert handed.chat.said == []
    [key] = [row.key for row in handed.table.under("lead1", "alert#") if row.value.to]
    handed.clock.move(minutes=10)
    handed.wake(key)
    assert [place for place, _ in handed.chat.said] == ["D0ALICE"]


def test_owner_who_is_not_in_slack_is_named_on_the_card(handed: HotLeadAlert) -> None:
    handed.chat.addresses = {}
    handed.wake()

    assert ALICE in dumps(handed.chat.cards["1"][1])
    [message] = [row.value for row in handed.table.under("lead1", "alert#") if row.value.to]
    assert (message.state, message.error) == (AlertState.FAILED, "users.lookupByEmail: users_not_found")


def test_nothing_is_said_in_shadow_mode(handed: HotLeadAlert) -> None:
    handed.table.write(Replace(keys.SHADOW, Shadow(on=True, at=NOON), 0))
    handed.wake()

    assert (handed.chat.said, handed.chat.cards, handed.waits()) == ([], {}, None)
    assert handed.alert().state is AlertState.SHADOW


def test_playbook_without_routing_has_no_hand_off(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    assert hot_lead.alert().hand_off is None
