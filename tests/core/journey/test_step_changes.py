"""What becomes of who stands on a step that was changed: as the live journey says, and never otherwise."""

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


def test_without_a_word_who_stands_there_goes_on_as_it_was() -> None:
    for result in (after(NEW, None), after(GONE, None), after(None, None), after(NEW, Move(how="stay"))):
        assert (result.due, result.enrollment.bundle, result.decisions) == (NOON + 3 * DAY, "bundle1", ())


def test_who_is_to_leave_leaves() -> None:
    got = after(GONE, Move(how="exit"))
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "the journey was changed")
    assert (got.due, got.sends, len(got.decisions)) == (None, (), 1)


def test_who_is_moved_goes_on_in_the_new_graph() -> None:
    got = after(GONE, Move(how="move", to="b"))
    assert (sent(got), got.enrollment.bundle) == (["b"], "bundle2")
    assert [(d.outcome, d.reason) for d in got.decisions] == [("moved", "b"), ("finished", "")]
    assert got.enrollment.visits == {"w": 1, "b": 1}


def test_who_is_moved_to_where_it_stands_waits_by_the_new_words_from_when_it_began() -> None:
    shorter = after(NEW, Move(how="move", to="w"))
    assert (shorter.due, shorter.enrollment.bundle, shorter.enrollment.visits) == (NOON + 2 * DAY, "bundle2", {"w": 1})
    longer = after(a_journey(a_wait(9), send("a")), Move(how="move", to="w"))
    assert longer.due == NOON + 9 * DAY
    without = WaitStep(id="w", until=Until(date="2020-01-01"), next="a", otherwise="b")
    assert sent(after(a_journey(without, send("a"), send("b")), Move(how="move", to="w"))) == ["b"]


def test_a_step_that_has_become_another_is_entered_anew() -> None:
    other = WaitForStep(id="w", paths=(WaitPath(name="late", after=Until(days=1), next="a"),))
    got = after(a_journey(other, send("a")), Move(how="move", to="w"))
    assert (got.due, got.enrollment.visits) == (LATER + DAY, {"w": 2})


def test_a_word_about_a_step_that_did_not_change_moves_nobody() -> None:
    for how in (Move(how="exit"), Move(how="move", to="b")):
        got = after(a_journey(a_wait(3), send("a"), send("b")), how)
        assert (got.due, got.enrollment.bundle) == (NOON + 3 * DAY, "bundle1")


def test_it_is_moved_once() -> None:
    first = after(NEW, Move(how="move", to="w"))
    live = replace(NEW, moves={"w": Move(how="move", to="w")})
    again = moved(NEW, first.enrollment, LATER + DAY, live=live, live_bundle="bundle2")
    assert (again.enrollment, again.decisions) == (first.enrollment, ())


def test_a_move_to_nowhere_moves_nobody() -> None:
    assert after(NEW, Move(how="move", to="nowhere")).enrollment.bundle == "bundle1"


def test_who_does_not_stand_there_is_not_moved() -> None:
    live = replace(NEW, moves={"w": Move(how="exit")})
    fresh = moved(OLD, live=live, live_bundle="bundle2")
    assert (fresh.enrollment.step, fresh.enrollment.bundle) == ("w", "bundle1")
    assert at(fresh.enrollment).state is EnrollmentState.ACTIVE
