"""Who is still on the way to a part of the playbook that a new one removes."""

from copy import replace
from typing import Any

import pytest

from ripen.journey.enrollment import Enrollment
from ripen.operations.publication.removed_parts import Part, RemovedPart, removed_parts
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Belongs, Did, Not
from ripen.playbook.graph import (
    BranchStep,
    EnrolStep,
    Journey,
    Move,
    Path,
    SendStep,
    Step,
    Until,
    UpdateStep,
    WaitForStep,
    WaitPath,
    WaitStep,
)
from ripen.words import Words
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

WAIT = WaitStep(id="wait", until=Until(days=3), next="last")
SMALL = a_bundle(hash="small", emails={}, forms={}, pages={}, journeys={}, stages=("lead",))


def a_playbook(*steps: Step, **changes: Any) -> Bundle:
    """Return the live playbook: people wait, and then these steps follow."""
    following: list[Any] = [replace(step, id="last" if number == 0 else step.id) for number, step in enumerate(steps)]
    journey = Journey(
        name="j", first="send", steps=(SendStep(id="send", email="case-study", next="wait"), WAIT, *following)
    )
    other = Journey(name="other")
    segments = {"big": Segment(name="big")}
    return a_bundle(journeys={"j": replace(journey, **changes), "other": other}, segments=segments)


def waiting(**changes: Any) -> Enrollment:
    known: dict[str, Any] = {
        "lead": "lead1",
        "journey": "j",
        "key": "once",
        "entered": NOON,
        "bundle": "bundle1",
        "visits": {"send": 1, "wait": 1},
        "step": "wait",
        "until": NOON,
        "step_started": NOON,
    }
    return Enrollment(**(known | changes))


def a_part(part: Part, name: str) -> RemovedPart:
    return RemovedPart("j", part, name, 1, (Words("", ""), Words("", "")))


def needed(live: Bundle, *enrollments: Enrollment, new: Bundle = SMALL) -> list[RemovedPart]:
    return removed_parts(enrollments or (waiting(),), live, new, {live.hash: live}.__getitem__)


@pytest.mark.parametrize(
    ("step", "part", "name"),
    [
        (SendStep(id="s", email="case-study"), Part.EMAIL, "case-study"),
        (EnrolStep(id="s", journey="other"), Part.JOURNEY, "other"),
        (UpdateStep(id="s", stage="mql"), Part.STAGE, "mql"),
        (BranchStep(id="s", paths=(Path(name="p", when=Not(clause=Belongs(segment="big"))),)), Part.SEGMENT, "big"),
        (
            WaitForStep(id="s", paths=(WaitPath(name="p", when=Did(kind="form_submitted", subject="whitepaper")),)),
            Part.FORM,
            "whitepaper",
        ),
        (
            WaitForStep(id="s", paths=(WaitPath(name="p", when=Did(kind="page_read", subject="whitepaper")),)),
            Part.PAGE,
            "whitepaper",
        ),
    ],
)
def test_each_part_that_a_step_ahead_names_is_found(step: Any, part: Part, name: str) -> None:
    assert needed(a_playbook(step)) == [a_part(part, name)]


def test_goal_and_exit_count_too() -> None:
    asked = Belongs(segment="big")
    assert needed(a_playbook(goal=asked)) == needed(a_playbook(exit=asked)) == [a_part(Part.SEGMENT, "big")]


def test_people_are_counted_by_journey_and_part() -> None:
    live = a_playbook(SendStep(id="s", email="case-study"))
    before = waiting(step="", until=None, visits={})
    [found] = needed(live, waiting(lead="1"), waiting(lead="2"), before)
    assert found.people == 3
    assert found.words.en == (
        "3 people are in “j” on the way to the mail “…様へ (case-study)”, which is removed."
        " They get it as it is in the version that they started with."
    )
    assert found.words.ja == (
        "シナリオ「j」の 3 人は、削除されるメール「…様へ（case-study）」にこれから進みます。"
        "開始したときの版の文面で送られます。"
    )


def test_people_who_are_past_it_or_move_to_the_new_graph_do_not_need_it() -> None:
    live = a_playbook(SendStep(id="s", email="case-study"))
    assert needed(live, waiting(step="last", until=None, visits={"send": 1, "wait": 1, "last": 1})) == []
    moved = replace(SMALL, journeys={"j": Journey(name="j", moves={"wait": Move(how="exit")})})
    assert needed(live, new=moved) == []
    assert (
        len(needed(live, new=replace(SMALL, journeys={"j": Journey(name="j", moves={"wait": Move(how="stay")})}))) == 1
    )


def test_what_stays_is_not_removed() -> None:
    live = a_playbook(SendStep(id="s", email="case-study"))
    assert needed(live, new=replace(live, hash="new", forms={})) == []
    assert removed_parts([waiting()], None, live, {live.hash: live}.__getitem__) == []
