"""ripen plan, publish's guard and rollback: what would change, for whom, what it would send; and back again."""

from collections import Counter
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.commands import plan as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import LatestEntry, State
from ripen.operations.publication.people import (
    AffectedStep,
    affected_people,
    affected_steps,
    move_on,
    people_in_journeys,
)
from ripen.playbook.bundle import Bundle, Policy
from ripen.playbook.graph import Journey, Move, Until, WaitStep
from ripen_authoring import compile as compiling
from ripen_authoring.simulation import forecast as forecasting
from ripen_authoring.simulation.forecast import Forecast, Source
from tests.support.builders import a_bundle, a_changed_journey, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB

LIVE = a_bundle()
JOURNEY = LIVE.journeys["whitepaper"]


def with_journey(journey: Journey | None, hash: str = "bundle2", **changes: Any) -> Bundle:
    journeys = {"whitepaper": journey} if journey else {}
    return replace(LIVE, hash=hash, journeys=journeys, **changes)


def longer(**moves: Move) -> Bundle:
    """The wait takes four days."""
    steps = tuple(replace(step, until=Until(days=4)) if isinstance(step, WaitStep) else step for step in JOURNEY.steps)
    return with_journey(replace(JOURNEY, steps=steps, moves=moves))


def forecast(stack: Stack, new: Bundle, most: int = 10) -> Forecast:
    source = Source(stack.table, stack.playbook, stack.secrets, stack.site)
    return forecasting.forecast(source, new, people_in_journeys(stack.table), most, stack.clock.now())


def affected(stack: Stack, new: Bundle) -> tuple[list[Enrollment], list[AffectedStep]]:
    return affected_people(LIVE, new, stack.table, stack.playbook)


STAY, EXIT = Move(how="stay"), Move(how="exit")


@pytest.fixture
def table() -> Table:
    client: Any = QuickDynamoDB()
    return Table("table", client)


@pytest.fixture
def stack(table: Table, clock: FakeClock) -> Stack:
    return a_stack(table, clock, LIVE)


def somebody(table: Table, lead: str, until: timedelta = timedelta(days=3), **changes: Any) -> None:
    """On the wait of the journey, with consent."""
    known: dict[str, Any] = {
        "lead": lead,
        "journey": "whitepaper",
        "key": "a1",
        "entered": NOON,
        "bundle": LIVE.hash,
        "step": "wait-3-days",
        "until": NOON + until,
        "step_started": NOON,
        "visits": {"send-whitepaper-delivery": 1, "wait-3-days": 1},
    }
    yes = Permission(granted=True, at=NOON, record="r")
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.jp")),
        Create(keys.state(lead), State(lead=lead, journeys={"whitepaper": LatestEntry(key="a1", at=NOON)})),
        Create(keys.contact(lead), Contact(lead=lead, consent={"marketing": yes})),
        Create(
            keys.enrollment(lead, "whitepaper", "a1"), Enrollment(**(known | changes)), due=NOON + until, lane=Lane.BULK
        ),
    )


def test_people_are_counted_on_changed_and_removed_steps_only(stack: Stack, table: Table) -> None:
    somebody(table, "lead1")
    somebody(table, "lead2")
    somebody(table, "lead3", step="send-whitepaper-delivery", until=timedelta())
    assert affected_steps(people_in_journeys(table), LIVE, stack.playbook) == []
    assert affected_steps(people_in_journeys(table), longer(), stack.playbook) == [
        AffectedStep("whitepaper", "wait-3-days", "changed", 2)
    ]
    gone = with_journey(replace(JOURNEY, steps=(JOURNEY.steps[0],)))
    assert affected_steps(people_in_journeys(table), gone, stack.playbook) == [
        AffectedStep("whitepaper", "wait-3-days", "removed", 2)
    ]


def test_people_on_a_changed_step_need_a_decision(stack: Stack, table: Table) -> None:
    somebody(table, "lead1")
    _, [place] = affected(stack, longer())
    assert place.is_undecided
    assert "changes: {wait-3-days: stay}" in place.demand.en
    _, [spoken] = affected(stack, longer(**{"wait-3-days": STAY}))
    assert not spoken.is_undecided


def test_removed_journey_needs_no_decision(stack: Stack, table: Table) -> None:
    somebody(table, "lead1")
    _, [place] = affected(stack, with_journey(None))
    assert (place.how, place.is_undecided) == ("journey removed", False)


def test_people_are_not_read_where_no_step_has_changed(stack: Stack, table: Table) -> None:
    somebody(table, "lead1")
    assert affected(stack, replace(LIVE, hash="other", policy=Policy(per_week=1))) == ([], [])


def test_people_who_move_are_due_and_others_are_not(stack: Stack, table: Table) -> None:
    somebody(table, "lead1")
    new = longer(**{"wait-3-days": EXIT})
    assert move_on(*affected(stack, new), table, NOON) == 1
    assert len(table.due(Lane.BULK, shard("lead1"), NOON)) == 1
    somebody(table, "lead2")
    assert move_on(*affected(stack, longer(**{"wait-3-days": STAY})), table, NOON) == 0


def test_forecast_simulates_the_next_day_and_writes_nothing(stack: Stack, table: Table) -> None:
    somebody(table, "lead1", timedelta(hours=2))
    somebody(table, "lead2", timedelta(hours=25))
    before = [row.value for row in table.under("lead1", "")]
    found = forecast(stack, replace(LIVE, hash="new"))
    assert (found.mails, found.leads, found.more) == (Counter({("whitepaper", "case-study", "sent"): 1}), 1, 0)
    assert [row.value for row in table.under("lead1", "")] == before


@pytest.mark.parametrize("micros", [1, 499, 500, 501, 999])
def test_wait_that_ends_within_a_millisecond_comes_to_its_end(stack: Stack, table: Table, micros: int) -> None:
    somebody(table, "lead1", timedelta(hours=2, microseconds=micros))
    assert forecast(stack, replace(LIVE, hash="new")).mails == Counter({("whitepaper", "case-study", "sent"): 1})


def test_forecast_counts_skipped_mails_by_reason(stack: Stack, table: Table) -> None:
    somebody(table, "lead1", timedelta(hours=2))
    somebody(table, "lead2", timedelta(hours=2))
    capped = replace(LIVE, hash="new", policy=Policy(per_week=0))
    assert forecast(stack, capped, most=1).mails == Counter({("whitepaper", "case-study", "capped"): 1})
    assert forecast(stack, capped, most=1).more == 1


def test_forecast_sends_nothing_to_people_who_exit(stack: Stack, table: Table) -> None:
    somebody(table, "lead1", timedelta(hours=2))
    assert forecast(stack, longer(**{"wait-3-days": EXIT})).mails == Counter()


PLANNED = """There are no files of a live playbook to compare with: these are the names of what changes.
~ journeys/whitepaper
  ~ wait-3-days  1 here: exit
  + send-news
  - send-case-study
~ policy
- emails/case-study  …様へ
Without new activity, no mail would be sent in the next 24 hours (1 person checked).
"""
AHEAD = """In the next 24 hours
whitepaper …様へ (case-study) capped 1
whitepaper …様へ (case-study) sent 1
1 person more has something due. Include them with: --most 3
"""


def words(shown: str) -> list[str]:
    """Line by line, without a table's frame and its head."""
    plain = [
        " ".join(line.translate(dict.fromkeys(map(ord, "│┃┏┓┗┛┡┩━└┘─┴┬┳╇┼"))).split()) for line in shown.splitlines()
    ]
    return [line for line in plain if line and not line.startswith("Journey or campaign")]


def test_a_plan_is_told_step_by_step_with_the_people_who_stand_there(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(table, "lead1")
    one = replace(a_changed_journey("whitepaper-delivery"), moves={"wait-3-days": EXIT})
    emails = {"whitepaper-delivery": LIVE.emails["whitepaper-delivery"]}
    new = with_journey(one, policy=Policy(per_week=2), emails=emails)
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(compiling, "compile_or_fail", lambda folder: new)
    command.plan()
    assert capsys.readouterr().out == PLANNED


def test_a_plan_says_who_is_still_on_the_way_to_a_removed_mail(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a person who stays in the old version, and a new one without its second mail
    somebody(table, "lead1", timedelta(hours=2))
    one = replace(a_changed_journey("whitepaper-delivery"), moves={"wait-3-days": STAY})
    new = with_journey(one, emails={"whitepaper-delivery": LIVE.emails["whitepaper-delivery"]})
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(compiling, "compile_or_fail", lambda folder: new)
    # when
    command.plan()
    # then
    assert (
        "! 1 person is in “whitepaper” on the way to the mail “…様へ (case-study)”, which is removed."
        " They get it as it is in the version that they started with."
    ) in capsys.readouterr().out
    # and the mail goes
    assert forecast(stack, new).mails == Counter({("whitepaper", "case-study", "sent"): 1})
    # and publishing looks too, even if no journey changes
    assert len(affected(stack, replace(LIVE, hash="new", emails=new.emails))[0]) == 1


def test_a_plan_says_what_would_go_out_and_whom_it_did_not_look_at(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, lead in enumerate(("lead1", "lead2", "lead3")):
        somebody(table, lead, timedelta(hours=1 + number))
    row = table.get(keys.contact("lead2"))
    assert row
    table.write(Replace(row.key, replace(row.value, sent={"2026-11-21": 9}), row.version))
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(compiling, "compile_or_fail", lambda folder: with_journey(JOURNEY, policy=Policy(per_week=2)))
    command.plan(most=2)
    assert words(capsys.readouterr().out)[-4:] == words(AHEAD)


def test_a_plan_that_leaves_somebody_unspoken_for_is_told_and_fails(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(table, "lead1")
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(compiling, "compile_or_fail", lambda folder: longer())
    with pytest.raises(Failure, match=r"1 person is on wait-3-days, which is changed: write into journeys/whitepaper"):
        command.plan()
    assert "1 here: the journey does not say what happens to them" in capsys.readouterr().out


def test_who_stays_is_not_looked_at_before_something_is_due(stack: Stack, table: Table) -> None:
    somebody(table, "lead1", timedelta(hours=30))
    assert forecast(stack, longer(**{"wait-3-days": STAY})).leads == 0
    assert forecast(stack, longer(**{"wait-3-days": EXIT})).leads == 1


def test_of_more_than_are_looked_at_the_first_are_those_who_are_due_first(stack: Stack, table: Table) -> None:
    somebody(table, "lead1", timedelta(hours=20))
    somebody(table, "lead2", timedelta(hours=2))
    table.write(Replace(keys.contact("lead1"), Contact(lead="lead1"), 1))  # and would not be written to
    found = forecast(stack, replace(LIVE, hash="new"), most=1)
    assert (found.leads, found.more) == (1, 1)
    assert found.mails == Counter({("whitepaper", "case-study", "sent"): 1})


@pytest.mark.parametrize("megabytes", [0, 100])
def test_who_is_in_a_journey_is_found_by_leads_or_by_pages(
    stack: Stack, table: Table, monkeypatch: pytest.MonkeyPatch, megabytes: int
) -> None:
    # given a small or a large table, and who is in, was in, or was never in a journey
    monkeypatch.setattr(table, "megabytes", lambda: megabytes)
    table.write(Create(keys.state("lead9"), State(lead="lead9")))
    somebody(table, "lead1")
    somebody(table, "lead2")
    row = table.get(keys.enrollment("lead2", "whitepaper", "a1"))
    assert row
    table.write(Replace(row.key, replace(row.value, state=EnrollmentState.FINISHED), row.version))

    # when all are asked for
    asked: list[str] = []

    def noted(lead: str, prefix: str) -> Any:
        asked.append(lead)
        return Table.under(table, lead, prefix)

    monkeypatch.setattr(table, "under", noted)
    found = people_in_journeys(table)

    # then the answer is the same; of a large table only those are asked for who were ever in one
    assert [each.lead for each in found] == ["lead1"]
    assert sorted(asked) == (["lead1", "lead2"] if megabytes else [])
