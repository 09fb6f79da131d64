"""The decisions about an enrollment, kept in its row."""

from copy import replace
from datetime import datetime, timedelta

import msgspec

from ripen.decision import Outcome
from ripen.journey.enrollment import Enrollment, finish, leave, step_decision
from ripen.journey.enrollment_decisions import decisions_about, with_decisions
from tests.support.fakes import NOON

ENTERED = Enrollment(
    lead="lead1", journey="whitepaper", key="once", entered=NOON, bundle="bundle1", activity="activity1"
)


def at_step(step: str, visit: int = 1) -> Enrollment:
    return replace(ENTERED, step=step, visits={step: visit})


def taken(enrollment: Enrollment, path: str, now: datetime = NOON) -> Enrollment:
    decision = step_decision(enrollment, enrollment.step, Outcome.TOOK, path, now)
    return with_decisions(enrollment, [decision])[0]


def test_decision_about_a_step_is_read_back() -> None:
    made = step_decision(at_step("fork", 2), "fork", Outcome.TOOK, "opened", NOON)
    (kept,) = decisions_about(with_decisions(at_step("fork", 2), [made])[0])
    assert replace(kept, id=made.id) == made


def test_decision_about_the_end_is_read_back() -> None:
    for ended, made in (finish(at_step("last"), NOON), leave(at_step("last"), "unsubscribed", NOON)):
        (kept,) = decisions_about(with_decisions(ended, [made])[0])
        assert replace(kept, id=made.id) == made


def test_row_drops_only_decisions_that_get_a_row_of_their_own() -> None:
    enrollment, dropped, paths = at_step("fork"), [], [f"path {number}" for number in range(20)]
    for number, path in enumerate(paths):
        at = NOON + timedelta(days=number)
        decision = step_decision(enrollment, "fork", Outcome.TOOK, path, at)
        enrollment, older = with_decisions(enrollment, [decision])
        dropped += older
    assert [decision.reason for decision in [*dropped, *decisions_about(enrollment)]] == paths
    assert len({decision.id for decision in [*dropped, *decisions_about(enrollment)]}) == len(paths)


def test_a_long_journey_stays_below_one_kilobyte() -> None:
    enrollment = replace(ENTERED, lead="0123456789abcdef" * 2, bundle="b1a2b3c4d5e6")
    for number in range(30):
        step = f"wait-for-a-click-{number % 5}"
        visits = enrollment.visits | {step: 1 + enrollment.visits.get(step, 0)}
        at = NOON + timedelta(days=number, microseconds=123456)
        enrollment = taken(replace(enrollment, step=step, visits=visits, step_started=at), "clicked", at)
    assert len(msgspec.json.encode(enrollment)) < 1000


def test_repeated_run_drops_the_same_rows() -> None:
    full = at_step("fork")
    for number in range(8):
        full = taken(full, str(number), NOON + timedelta(days=number))
    made = step_decision(full, "fork", Outcome.TOOK, "again", NOON + timedelta(days=9))
    assert with_decisions(full, [made]) == with_decisions(full, [made])
    assert len(with_decisions(full, [made])[1]) == 1
