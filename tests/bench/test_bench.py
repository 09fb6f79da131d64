"""The benches start, and their last line is the JSON that scripts expect."""

import json
import os
import subprocess
import sys

import pytest

from bench import activity, cold, journeys, plan
from bench.firsts import firsts
from bench.outside import PROJECT
from bench.report import Cost, Figure, show
from bench.stub import Storage
from ripen.playbook.condition import LeadFacts
from ripen.scoring.segment import segments
from tests.support.fakes import NOON
from tests.support.stack_template import FUNCTIONS


@pytest.mark.parametrize("ratio", [1.2, 1.6])
def test_the_last_line_is_json_and_the_exit_code_shows_a_missed_bar(
    ratio: float, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = Figure(ratio=ratio, bar=1.5, cpu_ms=3.14159, floor_ms=2.5)

    code = show("cold", {"capture.form": figure}, "notes")

    assert code == (ratio > 1.5)
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last) == {
        "bench": "cold",
        "figures": {"capture.form": {"ratio": ratio, "bar": 1.5, "cpu_ms": 3.142}},
    }


@pytest.mark.parametrize(("write_units", "requests", "is_over"), [(22, 6, False), (22.1, 6, True), (22, 6.1, True)])
def test_cost_over_its_bar_fails_the_bench(
    write_units: float, requests: float, is_over: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = Cost(write_units=write_units, read_units=12, requests=requests, write_units_bar=22, requests_bar=6)

    assert show("activity", {}, "notes", {"form": cost}) == is_over

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["figures"]["form"] == {
        "write_units": write_units,
        "read_units": 12,
        "requests": requests,
        "write_units_bar": 22,
        "requests_bar": 6,
    }


def test_every_round_counts_towards_a_median_of_at_least_seven() -> None:
    assert activity.ROUNDS >= 7 <= cold.ROUNDS
    assert journeys.ROUNDS >= 7


def test_the_first_call_of_each_function_is_measured() -> None:
    assert {cold.logical(module) for module in firsts()} == set(FUNCTIONS)


def test_the_playbook_has_as_many_rules_and_segments_as_requested() -> None:
    few, many = plan.with_rules(10), plan.with_rules(1000)

    for rules in ("engagement", "fit"):
        assert len(getattr(many.scoring, rules)) - len(getattr(few.scoring, rules)) == 990
    assert len(many.segments) - len(few.segments) == 990
    assert segments(many.segments, LeadFacts(traits={"email_kind": "company"}, now=NOON), {}) == ()


def test_bulk_work_shows_the_throughput_of_one_core(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = [journeys.Block(8.0, 5.0), journeys.Block(12.0, None)]

    assert show("journeys", {"step": journeys.figure(blocks)}, "notes") == 0

    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last)["figures"] == {"step": {"ratio": 1.6, "bar": 2.0, "cpu_ms": 2.5, "per_second": 400}}


def test_the_quick_run_of_journeys_ends() -> None:
    command = [sys.executable, "-m", "bench.journeys", "--quick"]
    paths = os.pathsep.join(str(PROJECT / part) for part in (".", "layers/core", "functions"))

    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )

    assert done.stdout, done.stderr
    figure = json.loads(done.stdout.splitlines()[-1])["figures"]["step"]
    assert figure["per_second"] > 0


def test_the_stub_finds_rows_by_their_owner_and_between_two_keys() -> None:
    dependencies = Storage()
    for owner, sort in (("lead#1", "a#1"), ("lead#1", "a#2"), ("lead#1", "b#1"), ("lead#2", "a#1")):
        dependencies.dynamodb("TransactWriteItems", {"TransactItems": [{"Put": {"Item": a_row(owner, sort)}}]})

    def found(**values: str) -> list[str]:
        asked = {f":{name}": {"S": value} for name, value in values.items()}
        return [row["sk"]["S"] for row in dependencies.dynamodb("Query", {"ExpressionAttributeValues": asked})["Items"]]

    assert found(pk="lead#1") == ["a#1", "a#2", "b#1"]
    assert found(pk="lead#1", prefix="a#") == ["a#1", "a#2"]
    assert found(pk="lead#1", first="a#2", last="b#1") == ["a#2", "b#1"]
    assert found(pk="lead#3") == []
    dependencies.forget()
    assert found(pk="lead#1") == []


def a_row(owner: str, sort: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": owner}, "sk": {"S": sort}}
