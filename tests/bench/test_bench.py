"""The benches start, and their last line is the JSON that scripts expect."""

import json
import pickle
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bench import activity, clock_floor, cold, journeys, plan, refold
from bench.firsts import firsts
from bench.memory_cloud import START, Message
from bench.metered_dynamodb import Usage
from bench.million_mails import MAILS, MillionMails
from bench.outside import PROJECT
from bench.release_cloud import Workers
from bench.report import Cost, Figure, Price, Rate, Time, show
from bench.stub import Storage
from ripen.adapters.table import Table
from ripen.agenda import SHARDS, Due, Lane, Ref
from ripen.playbook.condition import LeadFacts
from ripen.scoring.segment import segments
from score import _refold_page
from tests.support.fakes import NOON
from tests.support.stack_template import FUNCTIONS, mappings


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
        "figures": {"capture.form": {"ratio": ratio, "bar": 1.5, "cpu_ms": 3.142, "own_ms": 0.642}},
    }


@pytest.mark.parametrize(("own_bar_ms", "is_over"), [(None, False), (0.7, False), (0.6, True)])
def test_too_much_time_of_our_own_fails_the_bench_whatever_the_ratio(own_bar_ms: float | None, is_over: bool) -> None:
    figure = Figure(ratio=1.2, bar=1.5, cpu_ms=3.14159, floor_ms=2.5, own_bar_ms=own_bar_ms)
    assert show("activity", {"form": figure}, "notes") == is_over


@pytest.mark.parametrize(("ratio", "is_over"), [(3.0, False), (3.01, True)])
def test_time_over_its_bar_fails_the_bench(ratio: float, is_over: bool, capsys: pytest.CaptureFixture[str]) -> None:
    time = Time(ratio=ratio, bar=3, seconds=30, floor_seconds=10)

    assert show("clock", {}, "notes", times={"a day": time}) == is_over

    found = json.loads(capsys.readouterr().out.splitlines()[-1])["figures"]["a day"]
    assert found == {"ratio": ratio, "bar": 3, "seconds": 30, "floor_seconds": 10}


def test_floor_of_the_clock_is_what_the_workers_asked_of_the_table_and_of_ses(tmp_path: Path) -> None:
    made: list[tuple[float, str, str, str, dict[str, object]]] = [
        (3.0, "ripen-NurtureDeliver-1", "sesv2", "SendEmail", {}),
        (2.0, "ripen-NurtureDeliver-1", "dynamodb", "GetItem", {}),
        (2.5, "ripen-NurtureTick-1", "dynamodb", "Query", {}),
        (2.6, "ripen-NurtureWalk-1", "sqs", "SendMessageBatch", {}),
        (0.9, "ripen-ScoreReact-1", "dynamodb", "GetItem", {}),
    ]
    for number, call in enumerate(made):
        with (tmp_path / f"{number % 2}.calls").open("ab") as file:
            file.write(pickle.dumps(call))
    assert [call.operation for call in clock_floor.calls(tmp_path, since=1.0)] == ["GetItem", "SendEmail"]


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


def test_rate_under_its_bar_fails_the_bench(capsys: pytest.CaptureFixture[str]) -> None:
    assert [show("release", {}, "notes", rates={"mails": Rate(per_second=n, bar=200)}) for n in (200, 199.9)] == [0, 1]
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last)["figures"] == {"mails": {"per_second": 199.9, "bar": 200}}


def test_price_over_its_bar_fails_the_bench(capsys: pytest.CaptureFixture[str]) -> None:
    assert [show("refold", {}, "notes", prices={"all": Price(usd=n, bar=10)}) for n in (10, 10.01)] == [0, 1]
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last)["figures"] == {"all": {"usd": 10.01, "bar": 10}}


def test_price_and_time_of_a_million_leads_follow_from_one() -> None:
    used = Usage(write_units=2, read_units=10, calls=0.01, messages=1)
    lead = refold.Lead({"query": 8, "put_item": 0.8}, 0.02, used)
    assert lead.seconds(1769) == pytest.approx(0.02 + (8 * 0.005 + 0.8 * 0.01) / 8)
    assert lead.seconds(884) == pytest.approx(2 * 0.02 + 0.006, rel=0.01)
    prices = tomllib.loads((PROJECT / "bench/prices.toml").read_text())
    assert refold.cost(lead, 1769, prices) == pytest.approx(
        {"DynamoDB writes": 1.43, "DynamoDB reads": 1.425, "Lambda time": 0.599, "Lambda requests": 0.002, "SQS": 1.2},
        rel=0.01,
    )


def test_workers_of_the_recalculation_are_those_of_the_template() -> None:
    [(_, _, mapping)] = [found for found in mappings() if found[0] == "ScoreRefold"]
    worker = refold.worker_of_template()
    assert refold._THREADS == _refold_page._THREADS
    assert (worker.memory, worker.count) == (
        FUNCTIONS["ScoreRefold"]["MemorySize"],
        mapping["ScalingConfig"]["MaximumConcurrency"],
    )


def test_a_million_mails_are_read_page_by_page_without_the_delivered_ones() -> None:
    due = MillionMails(Usage(), NOON)
    table, last = Table("table", cast("Any", due)), due.item(7, MAILS // SHARDS - 1)
    first, second, third = table.due(Lane.MAIL, 7, NOON, limit=3)
    due.deliver(second.ref)
    assert table.due(Lane.MAIL, 7, NOON, limit=1, after=first) == [third]
    assert table.due(Lane.MAIL, 7, NOON, limit=1, after=Due(_ref(last), NOON)) == []


def test_workers_deliver_each_mail_once_and_as_fast_as_they_can() -> None:
    due, workers = MillionMails(Usage(), NOON), Workers(count=2, per_mail=1.0)
    refs = [_ref(due.item(0, number)) for number in range(5)]
    again = Message(START + timedelta(seconds=3), "deliver_bulk", refs[0])
    workers.work([*(Message(START, "deliver_bulk", ref) for ref in refs), again], 2.0, due)
    assert (workers.delivered, workers.double) == (4, 0)
    workers.work([], 4.0, due)
    assert (workers.delivered, workers.double) == (5, 1)


def _ref(item: dict[str, Any]) -> Ref:
    return Ref(f"{item['pk']['S']}|{item['sk']['S']}")


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
    assert json.loads(last)["figures"] == {
        "step": {"ratio": 1.6, "bar": 2.0, "cpu_ms": 2.5, "own_ms": 1.25, "per_second": 400}
    }


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
