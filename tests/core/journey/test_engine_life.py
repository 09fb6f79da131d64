"""The engine under any wake-ups: a lead with the same activities takes the same path and gets the same mails."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ripen.lead.activity import Activity, Kind
from ripen.playbook.clause import AllOf, Clause, Did, Not
from ripen.playbook.graph import (
    BranchStep,
    Journey,
    JumpStep,
    Path,
    SendStep,
    Share,
    SplitStep,
    Step,
    Until,
    WaitForStep,
    WaitPath,
    WaitStep,
)
from ripen.playbook.paths import END
from tests.support.builders import an_activity
from tests.support.fakes import NOON
from tests.support.journeys import Life

LATE = timedelta(minutes=15)
WEEKS = 3 * 7 * 86400
quick = settings(max_examples=60, deadline=None)

# --- journeys of any shape, and any activities

clauses = st.recursive(
    st.builds(
        Did,
        kind=st.sampled_from(["link_clicked", "page_viewed"]),
        subject=st.sampled_from(["", "a", "b"]),
        at_least=st.integers(0, 2),
        at_most=st.sampled_from([None, None, 0, 1]),
        within_seconds=st.sampled_from([None, None, 600, 86400, 5 * 86400]),
    ),
    lambda inner: st.one_of(
        st.builds(Not, clause=inner), st.builds(lambda one, two: AllOf(of=(one, two)), inner, inner)
    ),
    max_leaves=3,
)
untils = st.one_of(
    st.builds(Until, seconds=st.sampled_from([0, 60, 300, 3600, 86400])),
    st.builds(Until, days=st.integers(0, 3), at=st.sampled_from(["", "09:00", "23:50"])),
    st.builds(Until, business_days=st.integers(0, 2)),
)


@st.composite
def journeys(draw: st.DrawFn, /, *, with_clauses: bool = True) -> Journey:
    """Draw a journey: steps nested up to three deep, whose paths continue after their step, and loops with a wait."""
    number, steps = count(), list[Step]()

    def path(after: str, depth: int) -> str:
        for _ in range(draw(st.integers(0, 2 if depth else 3))):
            after = one(after, depth)
        return after

    def one(after: str, depth: int) -> str:
        kinds = ["send", "wait", "split", "loop"] + ["wait_for", "branch"] * with_clauses
        kind = draw(st.sampled_from(kinds[:2] if depth > 2 else kinds))
        id = f"{kind}{next(number)}"
        inner = [path(after, depth + 1) for _ in range(2)] if kind in ("wait_for", "branch", "split") else [after] * 2
        match kind:
            case "send":
                steps.append(SendStep(id=id, email="a", next=after))
            case "wait":
                steps.append(WaitStep(id=id, until=draw(untils), next=after))
            case "split":
                shares = tuple(Share(name=f"p{n}", next=to) for n, to in enumerate(inner))
                steps.append(SplitStep(id=id, by=id, paths=shares))
            case "loop":
                again = JumpStep(id=f"{id}-back", to=f"{id}-wait", most=draw(st.integers(1, 2)), next=after)
                pause = WaitStep(id=f"{id}-wait", until=Until(days=1), next=f"{id}-send")
                steps.extend((pause, SendStep(id=f"{id}-send", email="b", next=again.id), again))
                return pause.id
            case "branch":
                held = Path(name="held", when=draw(clauses), next=inner[0])
                steps.append(BranchStep(id=id, paths=(held,), otherwise=inner[1]))
            case _:
                first = WaitPath(name="did", when=draw(clauses), next=inner[0])
                last = WaitPath(name="late", after=draw(untils), next=inner[1])
                steps.append(WaitForStep(id=id, paths=draw(st.permutations([first, last]).map(tuple))))
        return id

    first = path(END, 0)
    return Journey(name="j", first=first, steps=tuple(steps))


def an_act(number: int, seconds: int, kind: str, subject: str) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    return an_activity(id=f"a{number}", kind=Kind(kind), subject=subject, at=at, received=at)


acts = st.lists(
    st.tuples(
        st.integers(-86400, WEEKS), st.sampled_from(["link_clicked", "page_viewed"]), st.sampled_from(["a", "b"])
    ),
    max_size=8,
).map(lambda drawn: [an_act(number, *each) for number, each in enumerate(drawn)])
extras = st.lists(st.integers(0, WEEKS).map(lambda seconds: NOON + timedelta(seconds=seconds)), max_size=6)
delays = st.lists(st.integers(0, int(LATE.total_seconds())), min_size=1, max_size=8)


def by_turns(seconds: Sequence[int]) -> Callable[[], timedelta]:
    turns = count()
    return lambda: timedelta(seconds=seconds[next(turns) % len(seconds)])


def walked(life: Life) -> tuple[object, ...]:
    known = life.enrollment
    return [(send.step, send.id) for send in life.sends], known.paths_taken, known.visits, known.state, known.reason


# --- what holds for all of them


@quick
@given(journeys(), acts, extras, delays)
def test_late_double_and_early_wake_ups_change_neither_path_nor_mails(
    journey: Journey, done: list[Activity], extra: list[datetime], late: list[int]
) -> None:
    on_time = Life(journey, done).live()
    disturbed = Life(journey, done).live(by_turns(late), extra)
    assert walked(disturbed) == walked(on_time)
    assert len({send.id for send in on_time.sends}) == len(on_time.sends)
    for one, two in zip(on_time.sends, disturbed.sends, strict=True):
        assert timedelta() <= two.planned - one.planned <= LATE


@quick
@given(journeys(), acts, extras, delays, clauses)
def test_late_wake_ups_plan_no_additional_mail_after_the_goal(
    journey: Journey, done: list[Activity], extra: list[datetime], late: list[int], goal: Clause
) -> None:
    journey_with_goal = with_goal(journey, goal)
    on_time = Life(journey_with_goal, done).live()
    disturbed = Life(journey_with_goal, done).live(by_turns(late), extra)
    assert {send.id for send in disturbed.sends} <= {send.id for send in on_time.sends}


@quick
@given(journeys(), acts, extras, delays, st.integers(1, WEEKS))
def test_no_path_plans_a_mail_after_an_unsubscription(
    journey: Journey, done: list[Activity], extra: list[datetime], late: list[int], seconds: int
) -> None:
    refuses = NOON + timedelta(seconds=seconds)
    life = Life(journey, done, refuses=refuses).live(by_turns(late), extra)
    assert all(send.planned < refuses for send in life.sends)


@quick
@given(journeys(with_clauses=False), st.lists(st.integers(0, 9 * 86400), min_size=1, max_size=5))
def test_mails_keep_their_distance_after_long_delays(journey: Journey, late: list[int]) -> None:
    on_time, delayed = Life(journey).live(), Life(journey).live(by_turns(late))
    assert [send.id for send in delayed.sends] == [send.id for send in on_time.sends]
    gaps = [[two.planned - one.planned for one, two in pairwise(life.sends)] for life in (on_time, delayed)]
    for expected, got in zip(*gaps, strict=True):
        assert got > timedelta() or expected <= LATE


def with_goal(journey: Journey, goal: Clause) -> Journey:
    return Journey(name="j", first=journey.first, steps=journey.steps, goal=goal)


def test_goal_that_held_for_a_moment_is_reached_at_a_late_wake_up() -> None:
    for_a_moment = AllOf(
        of=(Did(kind="page_viewed", at_least=2), Did(kind="link_clicked", subject="a", at_least=0, at_most=0))
    )
    journey = with_goal(
        Journey(
            name="j", first="w", steps=(WaitStep(id="w", until=Until(days=1), next="a"), SendStep(id="a", email="a"))
        ),
        for_a_moment,
    )
    done = [an_act(0, 60, "page_viewed", "a"), an_act(1, 61, "page_viewed", "a"), an_act(2, 62, "link_clicked", "a")]

    assert Life(journey, done).live(by_turns([90])).enrollment.reason == "goal reached"
