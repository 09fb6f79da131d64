"""The benches can be started, and their last line is what scripts expect."""

import json

import pytest

from bench import activity, cold, plan
from bench.firsts import firsts
from bench.report import Figure, show
from bench.stub import Outside
from ripen.condition import Facts
from ripen.segment import segments
from tests.fakes import NOON
from tests.test_template import FUNCTIONS


@pytest.mark.parametrize("ratio", [1.2, 1.6])
def test_the_last_line_is_json_for_scripts_and_the_exit_code_says_whether_a_bar_was_missed(
    ratio: float, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = Figure(ratio=ratio, bar=1.5, cpu_ms=3.14159, floor_ms=2.5, write_units=14)

    code = show("cold", {"capture.form": figure}, "notes")

    assert code == (ratio > 1.5)
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last) == {
        "bench": "cold",
        "figures": {"capture.form": {"ratio": ratio, "bar": 1.5, "cpu_ms": 3.142, "write_units": 14}},
    }


def test_every_round_counts_towards_a_median_of_at_least_seven() -> None:
    assert activity.ROUNDS >= 7 <= cold.ROUNDS


def test_what_is_measured_is_in_the_template() -> None:
    assert {cold.logical(module) for module in firsts()} <= set(FUNCTIONS)


def test_as_many_rules_and_segments_are_there_as_wanted() -> None:
    few, many = plan.with_rules(10), plan.with_rules(1000)

    for rules in ("engagement", "fit"):
        assert len(getattr(many.scoring, rules)) - len(getattr(few.scoring, rules)) == 990
    assert len(many.segments) - len(few.segments) == 990
    assert segments(many.segments, Facts(traits={"email_kind": "company"}, now=NOON), {}) == ()


def test_a_transaction_costs_two_units_for_each_kilobyte_and_one_for_each_index_entry() -> None:
    outside = Outside()
    row = {"pk": {"S": "lead#1"}, "sk": {"S": "state"}, "body": {"S": "x" * 1500}, "version": {"N": "1"}}
    due = {"due": {"N": "1"}, "agenda": {"S": "hot#1"}}

    outside.dynamodb("TransactWriteItems", {"TransactItems": [{"Put": {"Item": row | due}}, {"ConditionCheck": {}}]})
    assert outside.units == 2 * 2 + 1 + 2

    outside.dynamodb("TransactWriteItems", {"TransactItems": [{"Put": {"Item": row}}]})
    assert outside.units == 7 + 2 * 2 + 1
