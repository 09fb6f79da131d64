"""Rules that ask for what sales did are found, wherever they ask."""

from copy import replace

import pytest

from ripen.backtest.leakage import Leak, Why, fields_asked, leaks, leaks_of_fields, written_by_sales
from ripen.lead.activity import Kind
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import EngagementRule, FitRule
from tests.support.builders import a_bundle, an_activity

SCORING = a_bundle().scoring


class Detailed(EngagementRule, frozen=True, kw_only=True):
    """A rule with conditions on its activity."""

    where: tuple[Condition, ...] = ()


def a_fit_rule(*fields: str, code: str = "rule") -> FitRule:
    when = tuple(Condition(field=field, present=True) for field in fields)
    return FitRule(code=code, when=when, points=5, words={"en": "…"})


def test_rules_of_the_lead_itself_are_no_leak() -> None:
    assert leaks(SCORING) == ()


def test_a_rule_that_asks_for_the_stage_is_refused() -> None:
    scoring = replace(SCORING, fit=(*SCORING.fit, a_fit_rule("company", "stage", code="late")))
    assert leaks(scoring) == (Leak("late", "stage", Why.STAGE),)


@pytest.mark.parametrize(
    "kind",
    [
        "converted",
        "accepted_by_sales",
        "rejected_by_sales",
        "status_changed",
        "owner_changed",
        "opted_out_by_sales",
        "opportunity_won",
    ],
)
def test_a_rule_that_asks_for_what_sales_did_is_refused(kind: str) -> None:
    rule = EngagementRule(code="deal", kind=kind, points=50, words={})
    assert leaks(replace(SCORING, engagement=(rule,))) == (Leak("deal", kind, Why.ACTIVITY),)


def test_a_field_that_came_with_what_sales_did_is_refused() -> None:
    converted = an_activity(kind=Kind.CONVERTED, values={"budget": "9"})
    own = an_activity(values={"company": "A"})
    fields = written_by_sales([converted, own])
    assert fields == {"budget"}
    scoring = replace(SCORING, fit=(a_fit_rule("budget", "company"), a_fit_rule("company", code="other")))
    assert leaks_of_fields(scoring, fields) == (Leak("rule", "budget", Why.WRITTEN),)


def test_fields_of_the_address_need_no_activity() -> None:
    scoring = replace(SCORING, fit=(a_fit_rule("domain", "email_kind", "email", "company", "budget"),))
    assert fields_asked(scoring) == {"company", "budget"}


def test_a_condition_on_the_activity_itself_asks_for_no_field_of_the_lead() -> None:
    read = Detailed(code="read", kind="page_read", points=5, words={}, where=(Condition(field="stage", present=True),))
    scoring = replace(SCORING, engagement=(read,), fit=())
    assert not leaks(scoring)
    assert not fields_asked(scoring)
