"""What each kind of step does, and which step comes next."""

from datetime import timedelta

import pytest

from ripen.journey.enrollment import EnrollmentState
from ripen.lead.activity import Kind, Verdict
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.clause import Agreed, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.graph import EnrolStep, ExitStep, JumpStep, Path, Share, SplitStep, Until, WaitStep
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.journeys import (
    CLICKED,
    a_branch,
    a_click,
    a_journey,
    an_enrollment,
    moved,
    send,
    sent,
    step_decisions,
)

DAY = timedelta(days=1)
LATER = NOON + timedelta(minutes=1)


# --- wait


def test_wait_ends_in_the_leads_time_zone() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(days=1, at="10:00"), next="a"), send("a"))
    tokyo, new_york = moved(journey), moved(journey, profile=a_lead(id="lead1", time_zone="America/New_York"))
    assert (tokyo.due, new_york.due) == (NOON + timedelta(hours=22), NOON + timedelta(hours=12))


def test_lead_without_a_date_takes_the_other_path() -> None:
    wait = WaitStep(id="w", until=Until(field="visit", offset_days=-1), next="a", otherwise="b")
    journey = a_journey(wait, send("a"), send("b"))
    known = moved(journey, profile=a_lead(id="lead1", attributes={"visit": "2026/12/1"}))
    assert (known.due, sent(known)) == (moved(a_journey(WaitStep(id="w", until=Until(date="2026-11-30")))).due, [])
    for visit in ("", "2026-01-01"):
        lost = moved(journey, profile=a_lead(id="lead1", attributes={"visit": visit}))
        assert (sent(lost), step_decisions(lost)) == (["b"], [("w", "took", "otherwise")])


def test_wait_may_use_a_date_of_the_entry() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(field="entry.date"), next="a"), send("a"))
    got = moved(journey, an_enrollment(facts={"date": "2026-12-01"}))
    assert got.due == moved(a_journey(WaitStep(id="w", until=Until(date="2026-12-01")))).due


# --- branch


@pytest.mark.parametrize(
    ("profile", "path"),
    [
        ({"tags": ("vip",), "country": "JP"}, "a"),
        ({"country": "JP"}, "b"),
        ({}, "h"),
    ],
)
def test_branch_takes_the_first_path_that_holds(profile: dict[str, str], path: str) -> None:
    vip, japan = Tagged(tag="vip"), Condition(field="country", any_of=("JP",))
    fork = a_branch(Path(name="vip", when=vip, next="a"), Path(name="japan", when=japan, next="b"))
    got = moved(a_journey(fork, send("a"), send("b"), send("h")), profile=a_lead(id="lead1", **profile))
    assert sent(got) == [path]
    assert step_decisions(got) == [("fork", "took", {"a": "vip", "b": "japan", "h": "else"}[path])]
    assert got.enrollment.paths_taken == {"fork": {"a": "vip", "b": "japan", "h": "else"}[path]}


def test_two_paths_may_have_the_same_name() -> None:
    fork = a_branch(Path(name="x", when=Tagged(tag="no"), next="a"), Path(name="x", when=CLICKED, next="b"))
    got = moved(a_journey(fork, send("a"), send("b")), activities=[a_click(-DAY)])
    assert (sent(got), got.enrollment.paths_taken) == (["b"], {"fork": "x (2)"})


def test_branch_counts_the_activities_of_a_person_in_its_window() -> None:
    ever, recently = Did(kind="link_clicked", at_least=2), Did(kind="link_clicked", within_seconds=86400)
    fork = a_branch(Path(name="ever", when=ever, next="a"), Path(name="recently", when=recently, next="b"))
    journey = a_journey(fork, send("a"), send("b"), send("h"))
    assert sent(moved(journey, activities=[a_click(-9 * DAY), a_click(-8 * DAY)])) == ["a"]
    assert sent(moved(journey, activities=[a_click(-DAY / 2)])) == ["b"]
    assert sent(moved(journey, activities=[a_click(-2 * DAY)])) == ["h"]
    assert sent(moved(journey, activities=[a_click(-DAY / 2, verdict=Verdict.MACHINE)])) == ["h"]
    assert sent(moved(journey, activities=[a_click(-DAY / 2, verdict=Verdict.UNJUDGED)])) == ["h"]


def test_late_import_keeps_its_own_time() -> None:
    recently = Did(kind="link_clicked", within_seconds=86400)
    journey = a_journey(a_branch(Path(name="recently", when=recently, next="b")), send("b"), send("h"))
    assert sent(moved(journey, activities=[a_click(-9 * DAY, received=NOON)])) == ["h"]


def test_branch_can_ask_about_segments_consent_rank_and_score() -> None:
    bundle = a_bundle()
    clauses: dict[str, Clause] = {
        "a": Belongs(segment="big"),
        "b": Agreed(),
        "c": Condition(field="rank", any_of=("hot",)),
        "d": Condition(field="total", at_least=50),
    }
    fork = a_branch(*(Path(name=name, when=clause, next=name) for name, clause in clauses.items()))
    journey = a_journey(fork, *map(send, "abcdh"))
    agreed = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r")})
    warm = State(lead="lead1", rule_points={"form": RulePoints(points=30, at=NOON)}, fit=40)
    scoring = bundle.scoring
    assert sent(moved(journey, state=State(lead="lead1", segments=("big",)))) == ["a"]
    assert sent(moved(journey, contact=agreed)) == ["b"]
    assert sent(moved(journey, state=State(lead="lead1", rank=Rank.HOT))) == ["c"]
    assert sent(moved(journey, state=warm, scoring=scoring)) == ["d"]
    assert sent(moved(journey, state=State(lead="lead1"), scoring=scoring)) == ["h"]


def test_branch_can_ask_about_entry_facts_and_webhook_answers() -> None:
    clauses = {
        "a": Condition(field="entry.plan", any_of=("gold",)),
        "b": Condition(field="answers.ask.stock.left", at_least=3),
        "c": Condition(field="answers.ask.sizes.1", any_of=("L",)),
        "d": Condition(field="answers.ask.open", any_of=("true",)),
    }
    fork = a_branch(*(Path(name=name, when=clause, next=name) for name, clause in clauses.items()))
    journey = a_journey(fork, *map(send, "abcdh"))
    assert sent(moved(journey, an_enrollment(facts={"plan": "gold"}))) == ["a"]
    assert sent(moved(journey, an_enrollment(answers={"ask": {"stock": {"left": 3}}}))) == ["b"]
    assert sent(moved(journey, an_enrollment(answers={"ask": {"sizes": ["M", "L"]}}))) == ["c"]
    assert sent(moved(journey, an_enrollment(answers={"ask": {"open": True}}))) == ["d"]
    assert sent(moved(journey, an_enrollment(answers={"ask": {"open": None}}))) == ["h"]


# --- split, jump, exit


def test_split_takes_the_same_path_in_every_journey() -> None:
    shares = (Share(name="x", next="a"), Share(name="y", next="b"))
    journey = a_journey(SplitStep(id="s", by="test", paths=shares), send("a"), send("b"))
    got = moved(journey)
    path = {"a": "x", "b": "y"}[sent(got)[0]]
    assert step_decisions(got) == [("s", "took", path)]
    assert sent(moved(journey, an_enrollment(journey="other", key="other"))) == sent(got)


def test_jump_goes_back_a_limited_number_of_times() -> None:
    journey = a_journey(send("a", "j"), JumpStep(id="j", to="a", most=2, next="b"), send("b"))
    got = moved(journey)
    assert sent(got) == ["a", "a", "a", "b"]
    assert len({each.id for each in got.sends}) == 4


def test_exit_step_leaves_with_its_reason() -> None:
    got = moved(a_journey(ExitStep(id="x", reason="no interest")))
    assert (got.enrollment.state, got.enrollment.reason, got.due) == (EnrollmentState.EXITED, "no interest", None)
    assert [(d.outcome, d.reason) for d in got.decisions] == [("exited", "no interest")]


def test_endless_loop_ends_the_journey() -> None:
    enrollment, journey, due = an_enrollment(), a_journey(EnrolStep(id="e", journey="k", next="e")), NOON
    for _ in range(1000):
        got = moved(journey, enrollment, due)
        if got.due is None:
            break
        enrollment = got.enrollment
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "went in circles")


# --- goal and exit


def test_exit_condition_ends_the_journey_inside_a_wait() -> None:
    journey = a_journey(WaitStep(id="w", until=Until(days=3), next="a"), send("a"), exit=Tagged(tag="customer"))
    waiting = moved(journey).enrollment
    got = moved(journey, waiting, LATER, profile=a_lead(id="lead1", tags=("customer",)))
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "exit condition met")


def test_goal_counts_activities_after_the_entry_only() -> None:
    goal = Did(kind="form_submitted")
    journey = a_journey(WaitStep(id="w", until=Until(days=3), next="a"), send("a"), goal=goal)
    own = an_activity(id="first", kind=Kind.FORM_SUBMITTED)
    waiting = moved(journey, an_enrollment(activity="first"), activities=[own])
    assert waiting.due == NOON + 3 * DAY
    before = an_activity(id="before", kind=Kind.FORM_SUBMITTED, at=NOON - DAY, received=NOON - DAY)
    assert moved(journey, waiting.enrollment, LATER, activities=[own, before]).due == NOON + 3 * DAY
    another = an_activity(id="another", kind=Kind.FORM_SUBMITTED, at=LATER, received=LATER)
    assert moved(journey, waiting.enrollment, LATER, activities=[own, another]).enrollment.reason == "goal reached"


def test_exit_condition_can_be_met_by_time_alone() -> None:
    quiet = Not(clause=Did(kind="link_clicked", within_seconds=86400))
    journey = a_journey(WaitStep(id="w", until=Until(days=9), next="a"), send("a"), exit=quiet)
    click = a_click(timedelta(seconds=1))
    waiting = moved(journey, now=NOON + timedelta(seconds=1), activities=[click])
    assert waiting.due == NOON + DAY + timedelta(seconds=1)
    got = moved(journey, waiting.enrollment, waiting.due, activities=[click])
    assert got.enrollment.reason == "exit condition met"
