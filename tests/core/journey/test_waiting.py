"""wait_for: which path is taken, judged on what was done since the step began; and a wait whose date becomes another."""

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


def stands() -> Enrollment:
    return moved(JOURNEY).enrollment


def test_it_stands_until_its_first_time_is_over() -> None:
    got = moved(JOURNEY)
    assert (got.due, got.enrollment.until, got.enrollment.step_started) == (NOON + 5 * DAY, NOON + 5 * DAY, NOON)
    assert (got.sends, got.enrollment.paths_taken) == ((), {})


def test_what_was_done_since_it_began_takes_its_path_at_once() -> None:
    got = moved(JOURNEY, stands(), NOON + HOUR, activities=[a_click(HOUR)])
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
def test_what_is_something_else_does_not(click: object) -> None:
    got = moved(JOURNEY, stands(), NOON + 2 * HOUR, activities=[click])
    assert (got.enrollment.step, got.enrollment.paths_taken, got.sends) == ("wait", {}, ())


def test_a_browser_s_clock_may_be_a_little_off() -> None:
    assert sent(moved(JOURNEY, stands(), NOON + HOUR, activities=[a_click(-MINUTE / 2, received=NOON + HOUR)])) == ["a"]


def test_the_time_takes_its_path() -> None:
    assert sent(moved(JOURNEY, stands(), NOON + 5 * DAY)) == ["c"]


def test_the_rank_takes_its_path() -> None:
    assert sent(moved(JOURNEY, stands(), NOON + DAY, state=State(lead="lead1", rank=Rank.HOT))) == ["b"]


def test_at_one_moment_the_first_path_in_order_is_taken() -> None:
    hot = {"state": State(lead="lead1", rank=Rank.HOT)}
    assert sent(moved(JOURNEY, stands(), NOON + DAY, activities=[a_click(DAY)], **hot)) == ["a"]
    assert sent(moved(JOURNEY, stands(), NOON + 5 * DAY, activities=[a_click(5 * DAY)])) == ["a"]
    assert sent(moved(JOURNEY, stands(), NOON + 5 * DAY, **hot)) == ["b"]


def test_what_came_first_decides_however_late_it_is_noticed() -> None:
    late = NOON + 7 * DAY
    assert sent(moved(JOURNEY, stands(), late, activities=[a_click(4 * DAY)])) == ["a"]
    assert sent(moved(JOURNEY, stands(), late, activities=[a_click(6 * DAY)])) == ["c"]
    assert sent(moved(JOURNEY, stands(), late, state=State(lead="lead1", rank=Rank.HOT))) == ["c"]


def test_a_click_that_is_not_judged_yet_holds_its_path_open() -> None:
    click = a_click(5 * DAY - MINUTE, verdict=Verdict.UNJUDGED)
    got = moved(JOURNEY, stands(), NOON + 5 * DAY, activities=[click])
    assert got.sends == () and got.due and NOON + 5 * DAY < got.due <= NOON + 5 * DAY + 5 * MINUTE
    human, machine = (a_click(5 * DAY - MINUTE, verdict=v) for v in (Verdict.HUMAN, Verdict.MACHINE))
    later = NOON + 5 * DAY + MINUTE
    assert sent(moved(JOURNEY, got.enrollment, later, activities=[human])) == ["a"]
    assert sent(moved(JOURNEY, got.enrollment, later, activities=[machine])) == ["c"]
    assert sent(moved(JOURNEY, got.enrollment, got.due, activities=[click])) == ["c"]  # nobody judged it


def test_a_second_visit_waits_anew() -> None:
    first = at(
        stands(), step="", paths_taken={"wait": "clicked", "": "wait"}, visits={"wait": 1}, step_started=NOON + DAY
    )
    got = moved(JOURNEY, first, NOON + DAY, activities=[a_click(HOUR)])
    assert (got.due, got.enrollment.paths_taken, got.enrollment.visits) == (NOON + 6 * DAY, {}, {"wait": 2})


def test_twice_is_twice_and_together_is_together() -> None:
    twice = Did(kind="link_clicked", at_least=2)
    both = AllOf(of=(CLICKED, Did(kind="link_clicked", subject="other")))
    journey = a_journey(
        WaitForStep(id="w", paths=(WaitPath(name="x", when=both, next="a"), WaitPath(name="y", when=twice, next="b"))),
        send("a"),
        send("b"),
    )
    step_started = moved(journey).enrollment
    assert sent(moved(journey, step_started, NOON + DAY, activities=[a_click(HOUR)])) == []
    assert sent(moved(journey, step_started, NOON + DAY, activities=[a_click(HOUR), a_click(2 * HOUR)])) == ["b"]
    assert sent(moved(journey, step_started, NOON + DAY, activities=[a_click(HOUR), a_click(2 * HOUR, "other")])) == [
        "a"
    ]


def test_never_holds_at_once_and_quiet_for_a_day_after_a_day() -> None:
    never = Did(kind="link_clicked", at_least=0, at_most=0)
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=never, next="a"),)), send("a"))
    assert sent(moved(journey)) == ["a"]
    quiet = AllOf(of=(Did(kind="link_clicked"), Not(clause=Did(kind="link_clicked", within_seconds=86400))))
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=quiet, next="a"),)), send("a"))
    got = moved(journey, moved(journey).enrollment, NOON + HOUR, activities=[a_click(HOUR)])
    assert got.due == NOON + HOUR + DAY
    assert sent(moved(journey, got.enrollment, got.due, activities=[a_click(HOUR)])) == ["a"]


def test_who_waits_for_what_time_cannot_bring_is_looked_at_seldom() -> None:
    journey = a_journey(WaitForStep(id="w", paths=(WaitPath(name="x", when=Tagged(tag="vip"), next="a"),)), send("a"))
    got = moved(journey)
    assert (got.due, got.enrollment.until, got.enrollment.state) == (NOON + 30 * DAY, None, EnrollmentState.ACTIVE)
    assert moved(journey, got.enrollment, NOON + 30 * DAY).due == NOON + 60 * DAY
    vip = a_lead(id="lead1", tags=("vip",))
    assert sent(moved(journey, got.enrollment, NOON + DAY, profile=vip)) == ["a"]


# --- late wake-ups


def test_a_wake_up_that_is_minutes_late_changes_nothing() -> None:
    journey = a_journey(
        WaitStep(id="w", until=Until(seconds=3600), next="a"), send("a", "v"), WaitStep(id="v", until=Until(days=1))
    )
    stands = moved(journey).enrollment
    on_time, late = moved(journey, stands, NOON + HOUR), moved(journey, stands, NOON + HOUR + 15 * MINUTE)
    assert on_time.enrollment == late.enrollment and on_time.due == late.due == NOON + HOUR + DAY


def test_after_a_long_delay_mails_keep_their_distance() -> None:
    journey = a_journey(
        WaitStep(id="w", until=Until(seconds=3600), next="a"), send("a", "v"), WaitStep(id="v", until=Until(days=1))
    )
    got = moved(journey, moved(journey).enrollment, NOON + 2 * DAY)
    assert got.due == NOON + 3 * DAY


def test_what_was_done_while_a_wake_up_was_late_counts() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(seconds=3600), next="wait"), *JOURNEY.steps)
    stands = moved(journey).enrollment
    got = moved(journey, stands, NOON + HOUR + 10 * MINUTE, activities=[a_click(HOUR + 5 * MINUTE)])
    assert (sent(got), got.enrollment.step_started) == (["a"], NOON + HOUR + 5 * MINUTE)


def test_who_is_new_begins_when_it_entered() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(days=1)))
    assert moved(journey, an_enrollment(), NOON + 10 * MINUTE).due == NOON + DAY
    assert moved(journey, an_enrollment(), NOON + HOUR).due == NOON + HOUR + DAY
    assert moved(journey, an_enrollment(entered=NOON + HOUR), NOON).due == NOON + DAY


def test_a_branch_that_is_reached_late_asks_what_was_done_in_time() -> None:
    fork = BranchStep(id="fork", paths=(Path(name="x", when=CLICKED, next="a"),), otherwise="b")
    journey = a_journey(WaitStep(id="w", until=Until(seconds=3600), next="fork"), fork, send("a"), send("b"))
    stands, late = moved(journey).enrollment, NOON + HOUR + 10 * MINUTE
    assert sent(moved(journey, stands, late, activities=[a_click(HOUR)])) == ["a"]
    assert sent(moved(journey, stands, late, activities=[a_click(HOUR + MINUTE)])) == ["b"]


def test_a_date_that_becomes_another_moves_the_wait_that_hangs_on_it() -> None:
    # given a lead who waits until the day before a visit
    wait = WaitStep(id="w", until=Until(field="visit", offset_days=-1), next="a", otherwise="b")
    journey, day = a_journey(wait, send("a"), send("b")), DAY

    def on(visit: str, now: datetime, enrollment: Enrollment | None = None) -> Advanced:
        return moved(journey, enrollment, now, profile=a_lead(id="lead1", attributes={"visit": visit}))

    waiting = on("2026-12-01", NOON)
    assert waiting.due == NOON + 9 * day
    # when the visit is put off, brought forward, over, or called off
    for visit, due, mails in (
        ("2026-12-05", NOON + 13 * day, []),
        ("2026-11-24", NOON + 2 * day, []),
        ("2026-11-23", None, ["a"]),
        ("2026-11-20", None, ["b"]),
        ("", None, ["b"]),
    ):
        # then the wait goes by that, whoever wakes us
        got = on(visit, NOON + day, waiting.enrollment)
        assert (got.due, sent(got)) == (due, mails)
    assert sent(on("2026-12-05", NOON + 9 * day, waiting.enrollment)) == []
    assert sent(on("2026-12-01", NOON + 9 * day, waiting.enrollment)) == ["a"]
