"""The clock of a hand-off: each step once, in business time, at the minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ripen.calendar.business_days import business_seconds
from ripen.hand_off.clock import Step, next_step, taken, waited_minutes
from ripen.hand_off.hand_off import HandOff
from ripen.playbook.bundle import Bundle
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.routing import Member, Routing, Team
from tests.support.builders import a_bundle

TOKYO = ZoneInfo("Asia/Tokyo")
TEAM = Team(
    name="sales",
    members=(Member(who="ann@ripen.example"),),
    manager="boss@ripen.example",
    remind_seconds=30 * 60,
    escalate_seconds=2 * 3600,
    reassign_seconds=9 * 3600,
)


def with_team(team: Team = TEAM) -> Bundle:
    return replace(a_bundle(), routing=Routing(teams={"sales": team}, rules=()))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def waiting(since: str = "2026-11-20T17:45", **changes: object) -> HandOff:
    """A hand-off since the Friday before a public holiday on Monday (23 November)."""
    known = {"team": "sales", "owner": "ann@ripen.example", "since": local(since)}
    return HandOff(**(known | changes))  # type: ignore[arg-type]


def test_steps_come_in_business_time_across_a_weekend_and_a_monday_holiday() -> None:
    hand_off, bundle, found = waiting(), with_team(), []
    while step := next_step(hand_off, bundle):
        found.append((step[1], step[0].astimezone(TOKYO).isoformat()[:16]))
        hand_off = taken(hand_off, step[1], step[0])
    assert found == [
        (Step.REMIND, "2026-11-24T09:15"),
        (Step.ESCALATE, "2026-11-24T10:45"),
        (Step.REASSIGN, "2026-11-24T17:45"),
    ]


@pytest.mark.parametrize(
    ("hand_off", "team", "first"),
    [
        (waiting(since="2026-11-20T06:00"), TEAM, "2026-11-20T09:30"),
        (waiting(owner=""), TEAM, "2026-11-24T10:45"),  # nobody to remind
        (waiting(), replace(TEAM, calendar=Calendar(country="", opens="17:00", closes="18:00")), "2026-11-23T17:15"),
        (waiting(), replace(TEAM, time_zone="Europe/London"), "2026-11-20T18:30"),
    ],
)
def test_first_step_follows_the_teams_hours(hand_off: HandOff, team: Team, first: str) -> None:
    found = next_step(hand_off, with_team(team))
    assert found and found[0].astimezone(TOKYO).isoformat()[:16] == first


@pytest.mark.parametrize(
    ("hand_off", "team"),
    [
        (waiting(since="2026-11-20T10:00", team="gone"), TEAM),
        (HandOff(team="sales"), TEAM),
        (waiting(), Team(name="sales", members=TEAM.members)),
        (waiting(), replace(TEAM, calendar=Calendar(workdays=()))),
    ],
)
def test_hand_off_without_a_clock_has_no_step(hand_off: HandOff, team: Team) -> None:
    assert next_step(hand_off, with_team(team)) is None


def test_waited_minutes_are_minutes_of_business() -> None:
    assert waited_minutes(waiting(), local("2026-11-24T09:15"), with_team()) == 30
    assert waited_minutes(waiting(), local("2026-11-23T12:00"), with_team()) == 15
    assert waited_minutes(HandOff(), local("2026-11-23T12:00"), with_team()) == 0


MOMENTS = st.integers(0, 90 * 24 * 60).map(
    lambda minutes: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(start=MOMENTS, moves=st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=30))
def test_each_step_comes_at_most_once_and_none_before_its_time(start: datetime, moves: list[tuple[bool, int]]) -> None:
    """Whatever the order of moves of the clock, and of an acceptance with its release."""
    bundle, now, hand_off, taken_steps = with_team(), start, waiting(since="2026-11-01T00:00"), list[Step]()
    hand_off = replace(hand_off, since=start)
    after = {Step.REMIND: 30 * 60, Step.ESCALATE: 2 * 3600, Step.REASSIGN: 9 * 3600}
    for is_released, minutes in moves:
        now += timedelta(minutes=minutes)
        if is_released:
            hand_off = replace(hand_off, since=now)
        while (step := next_step(hand_off, bundle)) and step[0] <= now:
            assert hand_off.since is not None
            assert business_seconds(hand_off.since, now, bundle.calendar, TOKYO) >= after[step[1]]
            taken_steps.append(step[1])
            hand_off = taken(hand_off, step[1], now)
    assert len(taken_steps) == len(set(taken_steps))
