"""How far back the engine reads activities: no further than a clause asks."""

from datetime import datetime, timedelta

import pytest

from ripen.journey.history_needed import history_start
from ripen.playbook.clause import AllOf, Clause, Condition, Did
from ripen.playbook.graph import BranchStep, Path, Step, Until, WaitForStep, WaitPath, WaitStep
from tests.support.fakes import NOON
from tests.support.journeys import CLICKED, a_click, a_journey, an_enrollment, at, moved, send, sent

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVER = datetime.fromisoformat("1970-01-01T00:00Z")
RECENTLY = Did(kind="link_clicked", within_seconds=3600)
NOW = NOON + 2 * DAY
WAIT = WaitStep(id="w", until=Until(days=1), next="fork")


def fork(when: Clause) -> Step:
    return BranchStep(id="fork", paths=(Path(name="x", when=when, next="a"),), otherwise="b")


def test_journey_without_clauses_about_activities_reads_none() -> None:
    rank = Condition(field="rank", any_of=("hot",))
    assert history_start(an_enrollment(), a_journey(send("a"), goal=rank), NOW) is None
    assert history_start(an_enrollment(), a_journey(fork(rank), send("a")), NOW) is None


@pytest.mark.parametrize(
    ("goal", "since"),
    [(CLICKED, NOON - MINUTE), (RECENTLY, NOW - HOUR - 15 * MINUTE), (AllOf(of=(RECENTLY, CLICKED)), NOON - MINUTE)],
)
def test_goal_needs_the_activities_since_the_entry(goal: Clause, since: datetime) -> None:
    assert history_start(an_enrollment(), a_journey(send("a"), goal=goal), NOW) == since
    assert history_start(an_enrollment(), a_journey(send("a"), exit=goal), NOW) == since


def test_wait_for_needs_the_activities_since_it_started() -> None:
    journey = a_journey(WaitForStep(id="v", paths=(WaitPath(name="x", when=CLICKED),)))
    assert history_start(an_enrollment(step="v", step_started=NOON + HOUR), journey, NOW) == NOON + HOUR - MINUTE
    assert history_start(an_enrollment(), journey, NOW) == NOW - 16 * MINUTE
    by_time = a_journey(WaitForStep(id="v", paths=(WaitPath(name="x", after=Until(days=1)),)))
    assert history_start(an_enrollment(step="v", step_started=NOON), by_time, NOW) is None


def test_branch_needs_its_window_or_the_whole_history() -> None:
    assert history_start(an_enrollment(), a_journey(fork(RECENTLY)), NOW) == NOW - HOUR - 15 * MINUTE
    assert history_start(an_enrollment(), a_journey(fork(CLICKED)), NOW) == EVER


def test_branch_after_a_wait_needs_nothing_until_the_wait_ends() -> None:
    journey = a_journey(send("a", "w"), WAIT, fork(CLICKED))
    assert history_start(an_enrollment(), journey, NOW) is None
    assert history_start(an_enrollment(step="w", until=NOW), journey, NOW) == EVER


def test_branch_that_needs_more_history_is_left_to_the_next_run() -> None:
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


def test_run_without_enough_history_leaves_its_decisions_to_the_next() -> None:
    # given a wait_for that ends at once, and a branch after it that asks about the whole history
    waits = WaitForStep(id="v", paths=(WaitPath(name="now", after=Until(), next="fork"),))
    first = moved(a_journey(waits, fork(CLICKED), send("a"), send("b")))
    assert (first.due, first.decisions) == (NOON, ())
    then = moved(a_journey(waits, fork(CLICKED), send("a"), send("b")), first.enrollment, activities=[a_click(-DAY)])
    assert [d.facts["step"] for d in then.decisions] == ["v", "fork", "a"]


def test_branch_that_was_decided_needs_no_history() -> None:
    journey = a_journey(fork(CLICKED), send("a"), send("b"))
    waiting = at(an_enrollment(), step="fork", paths_taken={"fork": "else"})
    assert history_start(waiting, journey, NOW) is None
