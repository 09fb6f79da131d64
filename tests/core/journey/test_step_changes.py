"""Leads on a step that was changed or removed: they move as the live journey says, and not otherwise."""

from copy import replace
from datetime import timedelta

from ripen.journey.engine import Advanced
from ripen.journey.enrollment import EnrollmentState
from ripen.playbook.graph import Journey, Move, Until, WaitForStep, WaitPath, WaitStep
from tests.support.fakes import NOON
from tests.support.journeys import a_journey, at, moved, send, sent

DAY = timedelta(days=1)
LATER = NOON + timedelta(hours=1)


def a_wait(days: int) -> WaitStep:
    return WaitStep(id="w", until=Until(days=days), next="a")


OLD = a_journey(a_wait(3), send("a"))
NEW = a_journey(a_wait(2), send("b"), send("a"))
GONE = a_journey(send("b"))


def after(live: Journey | None, move: Move | None, bundle: str = "bundle2") -> Advanced:
    if live and move:
        live = replace(live, moves={"w": move})
    return moved(OLD, moved(OLD).enrollment, LATER, live=live, live_bundle=bundle)


def test_lead_on_a_changed_step_continues_as_before_without_a_move() -> None:
    for result in (after(NEW, None), after(GONE, None), after(None, None), after(NEW, Move(how="stay"))):
        assert (result.due, result.enrollment.bundle, result.decisions) == (NOON + 3 * DAY, "bundle1", ())


def test_lead_leaves_if_the_move_says_exit() -> None:
    got = after(GONE, Move(how="exit"))
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "the journey was changed")
    assert (got.due, got.sends, len(got.decisions)) == (None, (), 1)


def test_moved_lead_continues_in_the_live_graph() -> None:
    got = after(GONE, Move(how="move", to="b"))
    assert (sent(got), got.enrollment.bundle) == (["b"], "bundle2")
    assert [(d.outcome, d.reason) for d in got.decisions] == [("moved", "b"), ("finished", "")]
    assert got.enrollment.visits == {"w": 1, "b": 1}


def test_lead_moved_to_its_own_wait_waits_by_the_new_definition() -> None:
    shorter = after(NEW, Move(how="move", to="w"))
    assert (shorter.due, shorter.enrollment.bundle, shorter.enrollment.visits) == (NOON + 2 * DAY, "bundle2", {"w": 1})
    longer = after(a_journey(a_wait(9), send("a")), Move(how="move", to="w"))
    assert longer.due == NOON + 9 * DAY
    without = WaitStep(id="w", until=Until(date="2020-01-01"), next="a", otherwise="b")
    assert sent(after(a_journey(without, send("a"), send("b")), Move(how="move", to="w"))) == ["b"]


def test_step_of_another_kind_starts_again() -> None:
    other = WaitForStep(id="w", paths=(WaitPath(name="late", after=Until(days=1), next="a"),))
    got = after(a_journey(other, send("a")), Move(how="move", to="w"))
    assert (got.due, got.enrollment.visits) == (LATER + DAY, {"w": 2})


def test_move_of_an_unchanged_step_is_ignored() -> None:
    for how in (Move(how="exit"), Move(how="move", to="b")):
        got = after(a_journey(a_wait(3), send("a"), send("b")), how)
        assert (got.due, got.enrollment.bundle) == (NOON + 3 * DAY, "bundle1")


def test_lead_is_moved_once() -> None:
    first = after(NEW, Move(how="move", to="w"))
    live = replace(NEW, moves={"w": Move(how="move", to="w")})
    again = moved(NEW, first.enrollment, LATER + DAY, live=live, live_bundle="bundle2")
    assert (again.enrollment, again.decisions) == (first.enrollment, ())


def test_move_to_a_missing_step_is_ignored() -> None:
    assert after(NEW, Move(how="move", to="nowhere")).enrollment.bundle == "bundle1"


def test_lead_on_another_step_is_not_moved() -> None:
    live = replace(NEW, moves={"w": Move(how="exit")})
    new = moved(OLD, live=live, live_bundle="bundle2")
    assert (new.enrollment.step, new.enrollment.bundle) == ("w", "bundle1")
    assert at(new.enrollment).state is EnrollmentState.ACTIVE
