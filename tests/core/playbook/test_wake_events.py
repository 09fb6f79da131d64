"""What wakes a journey, and what does not."""

from copy import replace

import pytest

from ripen.lead.activity import Kind
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Condition, Did, Not, Tagged
from ripen.playbook.graph import BranchStep, Journey, Path, Until, WaitForStep, WaitPath, WaitStep
from ripen.playbook.wake_events import event_names, wake_events
from tests.support.builders import an_activity

REFUSALS = {"unsubscribed", "bounced", "complained", "replied", "converted"}
QUIET = Journey(name="j")
CLICKED = Did(kind="link_clicked", subject="offer")


def test_every_journey_hears_a_refusal() -> None:
    assert wake_events(QUIET) == REFUSALS


def test_it_hears_what_its_goal_and_exit_ask_about_however_nested() -> None:
    goal = AllOf(of=(Condition(field="rank", any_of=("hot",)), Not(clause=AnyOf(of=(Belongs(segment="s"), CLICKED)))))
    exit = AnyOf(of=(Tagged(tag="vip"), Agreed(), Condition(field="company", present=True), Condition(field="total")))
    heard = wake_events(replace(QUIET, goal=goal, exit=exit))
    assert heard == REFUSALS | {"rank", "segment", "link_clicked offer", "tag", "consent", "field", "score"}


def test_it_hears_what_a_wait_for_waits_for_and_not_what_a_branch_asks() -> None:
    waits = WaitForStep(id="w", paths=(WaitPath(name="a", when=CLICKED), WaitPath(name="b", after=Until(days=1))))
    asks = BranchStep(id="b", paths=(Path(name="p", when=Did(kind="page_viewed")),))
    assert wake_events(replace(QUIET, steps=(waits, asks))) == REFUSALS | {"link_clicked offer"}


@pytest.mark.parametrize(
    ("field", "heard"), [("renewal", {"field"}), ("entry.date", set()), ("answers.ask.day", set())]
)
def test_it_hears_when_a_date_that_it_waits_for_becomes_another(field: str, heard: set[str]) -> None:
    wait = WaitStep(id="w", until=Until(field=field, offset_days=-7))
    after = WaitForStep(id="f", paths=(WaitPath(name="a", after=Until(field=field)),))
    for step in (wait, after):
        assert wake_events(replace(QUIET, steps=(step,))) == REFUSALS | heard


def test_an_activity_is_heard_by_its_kind_and_by_its_kind_and_subject() -> None:
    click = an_activity(kind=Kind.LINK_CLICKED, subject="offer")
    assert event_names(click) & wake_events(replace(QUIET, goal=CLICKED))
    assert event_names(click) & wake_events(replace(QUIET, goal=Did(kind="link_clicked")))
    assert not event_names(click) & wake_events(replace(QUIET, goal=Did(kind="link_clicked", subject="other")))
