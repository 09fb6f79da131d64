"""Which events wake an enrollment of a journey, and which do not."""

from copy import replace

import pytest

from ripen.lead.activity import Kind
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Condition, Did, Not, Tagged
from ripen.playbook.graph import BranchStep, Journey, Path, Until, WaitForStep, WaitPath, WaitStep
from ripen.playbook.wake_events import event_names, wake_events
from tests.support.builders import an_activity

ENDING = {"unsubscribed", "bounced", "complained", "replied", "converted"}
QUIET = Journey(name="j")
CLICKED = Did(kind="link_clicked", subject="offer")


def test_every_journey_is_woken_by_the_kinds_that_end_it() -> None:
    assert wake_events(QUIET) == ENDING


def test_nested_clauses_of_goal_and_exit_wake_the_journey() -> None:
    goal = AllOf(of=(Condition(field="rank", any_of=("hot",)), Not(clause=AnyOf(of=(Belongs(segment="s"), CLICKED)))))
    exit = AnyOf(of=(Tagged(tag="vip"), Agreed(), Condition(field="company", present=True), Condition(field="total")))
    events = wake_events(replace(QUIET, goal=goal, exit=exit))
    assert events == ENDING | {"rank", "segment", "link_clicked offer", "tag", "consent", "field", "score"}


def test_wait_for_wakes_the_journey_and_branch_does_not() -> None:
    waits = WaitForStep(id="w", paths=(WaitPath(name="a", when=CLICKED), WaitPath(name="b", after=Until(days=1))))
    asks = BranchStep(id="b", paths=(Path(name="p", when=Did(kind="page_viewed")),))
    assert wake_events(replace(QUIET, steps=(waits, asks))) == ENDING | {"link_clicked offer"}


@pytest.mark.parametrize(
    ("field", "events"), [("renewal", {"field"}), ("entry.date", set()), ("answers.ask.day", set())]
)
def test_change_of_a_field_wakes_a_wait_for_its_date(field: str, events: set[str]) -> None:
    wait = WaitStep(id="w", until=Until(field=field, offset_days=-7))
    after = WaitForStep(id="f", paths=(WaitPath(name="a", after=Until(field=field)),))
    for step in (wait, after):
        assert wake_events(replace(QUIET, steps=(step,))) == ENDING | events


def test_activity_wakes_by_kind_and_by_kind_and_subject() -> None:
    click = an_activity(kind=Kind.LINK_CLICKED, subject="offer")
    assert event_names(click.kind, click.subject) & wake_events(replace(QUIET, goal=CLICKED))
    assert event_names(click.kind, click.subject) & wake_events(replace(QUIET, goal=Did(kind="link_clicked")))
    assert not event_names(click.kind, click.subject) & wake_events(
        replace(QUIET, goal=Did(kind="link_clicked", subject="other"))
    )
