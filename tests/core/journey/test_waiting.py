"""A wait_for takes the path that held first since the step started; a wait moves with its date."""

from datetime import datetime, timedelta

import pytest

from ripen.journey.engine import Advanced
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Verdict
from ripen.lead.state import Rank, State
from ripen.playbook.clause import AllOf, Condition, Did, Not, Tagged
from ripen.playbook.graph import BranchStep, Path, Until, WaitForStep, WaitPath, WaitStep
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.journeys import CLICKED, a_click, a_journey, an_enrollment, at, moved, send, sent

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WAIT = WaitForStep(
    id="wait",
    paths=(
        WaitPath(name="clicked", when=CLICKED, next="a"),
        WaitPath(name="hot", when=Condition(field="rank", any_of=("hot",)), next="b"),
        WaitPath(name="late", after=Until(days=5), next="c"),
    ),
)
JOURNEY = a_journey(WAIT, *map(send, "abc"))


def waiting() -> Enrollment:
    return moved(JOURNEY).enrollment


def test_wait_for_is_due_at_its_first_timed_path() -> None:
    got = moved(JOURNEY)
    assert (got.due, got.enrollment.until, got.enrollment.step_started) == (NOON + 5 * DAY, NOON + 5 * DAY, NOON)
    assert (got.sends, got.enrollment.paths_taken) == ((), {})


def test_activity_since_the_start_takes_its_path_at_once() -> None:
    got = moved(JOURNEY, waiting(), NOON + HOUR, activities=[a_click(HOUR)])
    assert (sent(got), got.enrollment.paths_taken) == (["a"], {"wait": "clicked"})
    assert [(d.outcome, d.reason) for d in got.decisions] == [("took", "clicked"), ("finished", "")]


@pytest.mark.parametrize(
    "click",
    [
        a_click(-HOUR),
        a_click(-HOUR, received=NOON + HOUR),
        a_click(HOUR, subject="other"),
        a_click(HOUR, verdict=Verdict.MACHINE),
        a_click(3 * HOUR),
    ],
    ids=["before", "before and late", "another mail", "a machine", "not yet"],
)
def test_other_activities_take_no_path(click: object) -> None:
    got = moved(JOURNEY, waiting(), NOON + 2 * HOUR, activities=[click])
    assert (got.enrollment.step, got.enrollment.paths_taken, got.sends) == ("wait", {}, ())


def test_activity_counts_despite_a_slow_browser_clock() -> None:
    assert sent(moved(JOURNEY, waiting(), NOON + HOUR, activities=[a_click(-MINUTE / 2, received=NOON + HOUR)])) == [
        "a"
    ]


def test_timed_path_is_taken_at_its_time() -> None:
    assert sent(moved(JOURNEY, waiting(), NOON + 5 * DAY)) == ["c"]


def test_path_of_a_rank_is_taken() -> None:
    assert sent(moved(JOURNEY, waiting(), NOON + DAY, state=State(lead="lead1", rank=Rank.HOT))) == ["b"]


def test_first_path_in_order_is_taken_at_one_moment() -> None:
    hot = {"state": State(lead="lead1", rank=Rank.HOT)}
    assert sent(moved(JOURNEY, waiting(), NOON + DAY, activities=[a_click(DAY)], **hot)) == ["a"]
    assert sent(moved(JOURNEY, waiting(), NOON + 5 * DAY, activities=[a_click(5 * DAY)])) == ["a"]
    assert sent(moved(JOURNEY, waiting(), NOON + 5 * DAY, **hot)) == ["b"]


def test_earliest_moment_decides_at_a_late_wake_up() -> None:
    late = NOON + 7 * DAY
    assert sent(moved(JOURNEY, waiting(), late, activities=[a_click(4 * DAY)])) == ["a"]
    assert sent(moved(JOURNEY, waiting(), late, activities=[a_click(6 * DAY)])) == ["c"]
    assert sent(moved(JOURNEY, waiting(), late, state=State(lead="lead1", rank=Rank.HOT))) == ["c"]


def test_unjudged_click_delays_the_path_it_could_change() -> None:
    click = a_click(5 * DAY - MINUTE, verdict=Verdict.UNJUDGED)
    got = moved(JOURNEY, waiting(), NOON + 5 * DAY, activities=[click])
    assert got.sends == () and got.due and NOON + 5 * DAY < got.due <= NOON + 5 * DAY + 5 * MINUTE
    human, machine = (a_click(5 * DAY - MINUTE, verdict=v) for v in (Verdict.HUMAN, Verdict.MACHINE))
    later = NOON + 5 * DAY + MINUTE
    assert sent(moved(JOURNEY, got.enrollment, later, activities=[human])) == ["a"]
    assert sent(moved(JOURNEY, got.enrollment, later, activities=[machine])) == ["c"]
    assert sent(moved(JOURNEY, got.enrollment, got.due, activities=[click])) == ["c"]  # no verdict came


def test_second_visit_waits_again() -> None:
    first = at(
        waiting(), step="", paths_taken={"wait": "clicked", "": "wait"}, visits={"wait": 1}, step_started=NOON + DAY
    )
    got = moved(JOURNEY, first, NOON + DAY, activities=[a_click(HOUR)])
    assert (got.due, got.enrollment.paths_taken, got.enrollment.visits) == (NOON + 6 * DAY, {}, {"wait": 2})


def test_clause_may_need_two_clicks_or_two_kinds() -> None:
    twice = Did(kind="link_clicked", at_least=2)
    both = AllOf(of=(CLICKED, Did(kind="link_clicked", subject="other")))
    journey = a_journey(
        WaitForStep(id="w", paths=(WaitPath(name="x", when=both, next="a"), WaitPath(name="y", when=twice, next="b"))),
        send("a"),
        send("b"),
    )
    enrollment = moved(journey).enrollment
    assert sent(moved(journey, enrollment, NOON + DAY, activities=[a_click(HOUR)])) == []
    assert sent(moved(journey, enrollment, NOON + DAY, activities=[a_click(HOUR), a_click(2 * HOUR)])) == ["b"]
    assert sent(moved(journey, enrollment, NOON + DAY, activities=[a_click(HOUR), a_click(2 * HOUR, "other")])) == ["a"]


def test_silence_is_judged_by_its_window() -> None:
    never = Did(kind="link_clicked", at_least=0, at_most=0)
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=never, next="a"),)), send("a"))
    assert sent(moved(journey)) == ["a"]
    quiet = AllOf(of=(Did(kind="link_clicked"), Not(clause=Did(kind="link_clicked", within_seconds=86400))))
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=quiet, next="a"),)), send("a"))
    got = moved(journey, moved(journey).enrollment, NOON + HOUR, activities=[a_click(HOUR)])
    assert got.due == NOON + HOUR + DAY
    assert sent(moved(journey, got.enrollment, got.due, activities=[a_click(HOUR)])) == ["a"]


def test_wait_that_time_cannot_end_is_checked_every_30_days() -> None:
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=Tagged(tag="vip"), next="a"),)), send("a"))
    got = moved(journey)
    assert (got.due, got.enrollment.until, got.enrollment.state) == (NOON + 30 * DAY, None, EnrollmentState.ACTIVE)
    assert moved(journey, got.enrollment, NOON + 30 * DAY).due == NOON + 60 * DAY
    vip = a_lead(id="lead1", tags=("vip",))
    assert sent(moved(journey, got.enrollment, NOON + DAY, profile=vip)) == ["a"]


# --- late wake-ups


def test_wake_up_that_is_minutes_late_changes_nothing() -> None:
    journey = a_journey(
        WaitStep(id="w", until=Until(seconds=3600), next="a"), send("a", "v"), WaitStep(id="v", until=Until(days=1))
    )
    enrollment = moved(journey).enrollment
    on_time, late = moved(journey, enrollment, NOON + HOUR), moved(journey, enrollment, NOON + HOUR + 15 * MINUTE)
    assert on_time.enrollment == late.enrollment and on_time.due == late.due == NOON + HOUR + DAY


def test_next_wait_starts_now_after_a_long_delay() -> None:
    journey = a_journey(
        WaitStep(id="w", until=Until(seconds=3600), next="a"), send("a", "v"), WaitStep(id="v", until=Until(days=1))
    )
    got = moved(journey, moved(journey).enrollment, NOON + 2 * DAY)
    assert got.due == NOON + 3 * DAY


def test_activity_before_a_late_wake_up_counts() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(seconds=3600), next="wait"), *JOURNEY.steps)
    enrollment = moved(journey).enrollment
    got = moved(journey, enrollment, NOON + HOUR + 10 * MINUTE, activities=[a_click(HOUR + 5 * MINUTE)])
    assert (sent(got), got.enrollment.step_started) == (["a"], NOON + HOUR + 5 * MINUTE)


def test_first_step_starts_at_the_entry() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(days=1)))
    assert moved(journey, an_enrollment(), NOON + 10 * MINUTE).due == NOON + DAY
    assert moved(journey, an_enrollment(), NOON + HOUR).due == NOON + HOUR + DAY
    assert moved(journey, an_enrollment(entered=NOON + HOUR), NOON).due == NOON + DAY


def test_late_branch_counts_activities_up_to_its_start() -> None:
    fork = BranchStep(id="fork", paths=(Path(name="x", when=CLICKED, next="a"),), otherwise="b")
    journey = a_journey(WaitStep(id="w", until=Until(seconds=3600), next="fork"), fork, send("a"), send("b"))
    enrollment, late = moved(journey).enrollment, NOON + HOUR + 10 * MINUTE
    assert sent(moved(journey, enrollment, late, activities=[a_click(HOUR)])) == ["a"]
    assert sent(moved(journey, enrollment, late, activities=[a_click(HOUR + MINUTE)])) == ["b"]


def test_changed_date_moves_the_wait() -> None:
    # given a lead that waits until the day before a visit
    wait = WaitStep(id="w", until=Until(field="visit", offset_days=-1), next="a", otherwise="b")
    journey, day = a_journey(wait, send("a"), send("b")), DAY

    def on(visit: str, now: datetime, enrollment: Enrollment | None = None) -> Advanced:
        return moved(journey, enrollment, now, profile=a_lead(id="lead1", attributes={"visit": visit}))

    first = on("2026-12-01", NOON)
    assert first.due == NOON + 9 * day
    # when the visit is postponed, moved forward, over, or cancelled
    for visit, due, mails in (
        ("2026-12-05", NOON + 13 * day, []),
        ("2026-11-24", NOON + 2 * day, []),
        ("2026-11-23", None, ["a"]),
        ("2026-11-20", None, ["b"]),
        ("", None, ["b"]),
    ):
        # then the wait follows the new date
        got = on(visit, NOON + day, first.enrollment)
        assert (got.due, sent(got)) == (due, mails)
    assert sent(on("2026-12-05", NOON + 9 * day, first.enrollment)) == []
    assert sent(on("2026-12-01", NOON + 9 * day, first.enrollment)) == ["a"]
