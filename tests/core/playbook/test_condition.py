"""Conditions as a marketer writes them, against values as a lead typed them."""

import pytest

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition
from ripen.playbook.condition import LeadFacts, all_hold, condition_holds, traits
from ripen.scoring.segment import segments
from tests.support.builders import a_lead
from tests.support.fakes import NOON


@pytest.mark.parametrize(
    ("condition", "typed"),
    [
        (Condition(field="job_title", any_of=("VP",)), {"job_title": "ｖｐ "}),
        (Condition(field="job_title", contains=("部長",)), {"job_title": "営業部長"}),
        (Condition(field="job_title", contains=("director",)), {"job_title": "Sales Director, APAC"}),
        (Condition(field="department", contains=("IT",)), {"department": "ＩＴ推進室"}),
        (Condition(field="company", present=True), {"company": "サンプル"}),
        (Condition(field="phone", present=False), {"phone": ""}),
        (Condition(field="employees", at_least=100), {"attributes": {"employees": "100"}}),
        (Condition(field="employees", at_least=1200), {"attributes": {"employees": "1,200"}}),
        (Condition(field="employees", at_least=1200.5), {"attributes": {"employees": "１，２００．５"}}),
        (Condition(field="employees", at_least=-2), {"attributes": {"employees": "-1"}}),
        (Condition(field="employees", present=False), {}),
        (Condition(field="domain", any_of=("rival.example",)), {"email": "a@rival.example"}),
        (Condition(field="email_kind", any_of=("free",)), {"email": "a@gmail.com"}),
    ],
)
def test_condition_holds(condition: Condition, typed: dict[str, str]) -> None:
    assert condition_holds(condition, traits(a_lead(**typed)))


@pytest.mark.parametrize(
    ("condition", "typed"),
    [
        (Condition(field="job_title", any_of=("VP",)), {"job_title": "VP Sales"}),
        (Condition(field="job_title", contains=("VP",)), {"job_title": "MVP2"}),
        (Condition(field="department", contains=("IT",)), {"department": "Recruiting"}),
        (Condition(field="company", present=True), {"company": "　"}),
        (Condition(field="employees", at_least=100), {"attributes": {"employees": "99"}}),
        (Condition(field="employees", at_least=100), {"attributes": {"employees": "many"}}),
        (Condition(field="employees", at_least=100), {"attributes": {"employees": "inf"}}),
        (Condition(field="employees", at_least=100), {"attributes": {"employees": "Infinity"}}),
        (Condition(field="employees", at_least=1), {"attributes": {"employees": "1,20"}}),
        (Condition(field="employees", at_least=1), {"attributes": {"employees": "1_200"}}),
        (Condition(field="employees", at_least=0), {}),
        (Condition(field="job_title", contains=("部長",), any_of=("課長",)), {"job_title": "部長"}),
    ],
)
def test_condition_does_not_hold(condition: Condition, typed: dict[str, str]) -> None:
    assert not condition_holds(condition, traits(a_lead(**typed)))


def test_computed_values_can_be_tested() -> None:
    known = traits(a_lead(), total=70.0, rank="hot")
    assert all_hold((Condition(field="total", at_least=70), Condition(field="rank", any_of=("hot",))), known)
    assert not condition_holds(Condition(field="total", at_least=70.1), known)


def test_no_conditions_always_hold() -> None:
    assert all_hold((), {})


def test_form_field_never_replaces_one_of_our_names() -> None:
    known = traits(a_lead(email="a@rival.example", attributes={"domain": "friend.example"}))
    assert known["domain"] == "rival.example"


def test_lead_is_in_every_segment_whose_conditions_hold() -> None:
    defined = {
        "senior": Segment(name="senior", when=(Condition(field="job_title", contains=("部長",)),)),
        "all": Segment(name="all", when=()),
        "students": Segment(name="students", when=(Condition(field="job_title", contains=("学生",)),)),
    }
    assert segments(defined, LeadFacts(traits=traits(a_lead(job_title="部長")), now=NOON), {}) == ("all", "senior")
