"""How far back the engine must look: no further than a clause asks."""

from datetime import datetime, timedelta

import pytest

from ripen.journey.history_needed import history_start
from ripen.playbook.clause import AllOf, Clause, Condition, Did
from ripen.playbook.graph import BranchStep, Path, Step, Until, WaitForStep, WaitPath, WaitStep
from tests.support.fakes import NOON
from tests.support.journeys import CLICKED, a_click, a_journey, an_enrollment, at, moved, send, sent

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVER = datetime.fromisoformat("1970-01-01T00:00Z")
LATELY = Did(kind="link_clicked", within_seconds=3600)
NOW = NOON + 2 * DAY
WAIT = WaitStep(id="w", until=Until(days=1), next="fork")


def fork(when: Clause) -> Step:
    return BranchStep(id="fork", paths=(Path(name="x", when=when, next="a"),), otherwise="b")


def test_a_journey_that_asks_nothing_needs_nothing() -> None:
    rank = Condition(field="rank", any_of=("hot",))
    assert history_start(an_enrollment(), a_journey(send("a"), goal=rank), NOW) is None
    assert history_start(an_enrollment(), a_journey(fork(rank), send("a")), NOW) is None


@pytest.mark.parametrize(
    ("goal", "since"),
    [(CLICKED, NOON - MINUTE), (LATELY, NOW - HOUR - 15 * MINUTE), (AllOf(of=(LATELY, CLICKED)), NOON - MINUTE)],
)
def test_a_goal_needs_what_was_done_since_entering(goal: Clause, since: datetime) -> None:
    assert history_start(an_enrollment(), a_journey(send("a"), goal=goal), NOW) == since
    assert history_start(an_enrollment(), a_journey(send("a"), exit=goal), NOW) == since


def test_a_wait_for_needs_what_was_done_since_it_began() -> None:
    journey = a_journey(WaitForStep(id="v", paths=(WaitPath(name="x", when=CLICKED),)))
    assert history_start(an_enrollment(step="v", step_started=NOON + HOUR), journey, NOW) == NOON + HOUR - MINUTE
    assert history_start(an_enrollment(), journey, NOW) == NOW - 16 * MINUTE
    by_time = a_journey(WaitForStep(id="v", paths=(WaitPath(name="x", after=Until(days=1)),)))
    assert history_start(an_enrollment(step="v", step_started=NOON), by_time, NOW) is None


def test_a_branch_needs_its_window_or_all_there_is() -> None:
    assert history_start(an_enrollment(), a_journey(fork(LATELY)), NOW) == NOW - HOUR - 15 * MINUTE
    assert history_start(an_enrollment(), a_journey(fork(CLICKED)), NOW) == EVER


def test_a_branch_behind_a_wait_needs_nothing_before_the_wait_is_left() -> None:
    journey = a_journey(send("a", "w"), WAIT, fork(CLICKED))
    assert history_start(an_enrollment(), journey, NOW) is None
    assert history_start(an_enrollment(step="w", until=NOW), journey, NOW) == EVER


def test_a_branch_that_is_reached_unprepared_is_judged_in_a_run_of_its_own() -> None:
    journey = a_journey(
        WaitStep(id="v", until=Until(), next="w"),
        WaitStep(id="w", until=Until(), next="fork"),
        fork(CLICKED),
        send("a"),
    )
    assert history_start(an_enrollment(), journey, NOON) is None
    first = moved(journey)
    assert (first.due, first.sends) == (NOON, ())
    for _ in range(3):
        since = history_start(first.enrollment, journey, NOON)
        first = moved(journey, first.enrollment, NOON, activities=[a_click(-DAY)] if since else [])
        if sent(first):
            break
    assert sent(first) == ["a"]
    assert first.enrollment.visits == {"v": 1, "w": 1, "fork": 1, "a": 1}


def test_what_a_run_decided_that_knew_too_little_to_go_on_is_told_by_the_next_alone() -> None:
    # given a wait_for that is over at once, and a branch behind it that asks what was done ever
    waits = WaitForStep(id="v", paths=(WaitPath(name="now", after=Until(), next="fork"),))
    first = moved(a_journey(waits, fork(CLICKED), send("a"), send("b")))
    assert (first.due, first.decisions) == (NOON, ())
    then = moved(a_journey(waits, fork(CLICKED), send("a"), send("b")), first.enrollment, activities=[a_click(-DAY)])
    assert [d.facts["step"] for d in then.decisions] == ["v", "fork", "a"]


def test_what_was_decided_before_is_not_asked_for_again() -> None:
    journey = a_journey(fork(CLICKED), send("a"), send("b"))
    stands = at(an_enrollment(), step="fork", paths_taken={"fork": "else"})
    assert history_start(stands, journey, NOW) is None
