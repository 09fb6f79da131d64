"""The monthly bill: counted units, times how often each activity happens, times list prices."""

import tomllib
from pathlib import Path

import pytest

from bench.bill import SIZES, Size, bill
from bench.costs import BARS
from bench.metered_dynamodb import Usage

PRICES = tomllib.loads((Path(__file__).parents[2] / "bench/prices.toml").read_text())
IDLE_MINUTE = Usage(read_units=10, requests=20, calls=1)
COUNTED = dict.fromkeys(BARS, Usage(write_units=4, read_units=8, requests=4, calls=2, messages=1, cpu_ms=10))


def test_units_are_paid_at_their_prices() -> None:
    size = Size(activities={"following beacon": 1e6}, mails={"marketing mail": 5e5})
    found = bill(size, COUNTED | {"idle minute": IDLE_MINUTE}, PRICES)
    assert found["DynamoDB writes"] == pytest.approx(6e6 * 0.715e-6)
    assert found["API Gateway"] == pytest.approx(1.29)
    assert found["SES"] == pytest.approx(50)
    assert found["free allowances"] < 0


def test_month_without_traffic_pays_for_nothing_that_traffic_uses() -> None:
    found = bill(SIZES["idle"], COUNTED | {"idle minute": IDLE_MINUTE}, PRICES)
    assert [found[name] for name in ("DynamoDB writes", "SQS", "SNS", "API Gateway", "SES")] == [0] * 5
    assert found["SQS polling"] > 3
    assert found["Lambda requests"] == pytest.approx(43_200 * 0.2e-6)


@pytest.mark.parametrize(("size", "activities", "mails"), [("10 k leads", 3e5, 1e5), ("1 M leads", 5e7, 1e7)])
def test_mix_of_activities_adds_up(size: str, activities: float, mails: float) -> None:
    found = SIZES[size]
    assert sum(found.activities.values()) == pytest.approx(activities)
    assert sum(found.mails.values()) == pytest.approx(mails)
    assert {*found.activities, *found.mails, "step of a journey"} == BARS.keys()
