"""Reckon the monthly bill at three sizes: from the counted units of each activity, and the list prices in prices.toml.

What is counted: write units, read units, calls of functions, messages and CPU (bench/costs.py), and the resources of
the template. What is assumed stands in the constants and in the mix of activities below. Without Salesforce's calls,
tax, and the parts that only a parameter switches on.
"""

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, field
from multiprocessing import get_context
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from bench import costs
from bench.metered_dynamodb import Usage

type Prices = Mapping[str, Mapping[str, float]]

PROJECT = Path(__file__).parents[1]
SECONDS = 30 * 24 * 3600
MEMORY_GB, FULL_CPU_GB = 0.5, 1.769
"""Lambda gives a function a share of a CPU by its memory."""
WAIT_MS = 8
"""How long a request to another service takes, while the function is billed."""
LOG_KB = 0.4
"""How much each call logs at the level INFO."""
ACTIVITY_KB, MAIL_KB, LEAD_KB = 0.6, 1.2, 4.0
"""The sizes of the rows that stay in the table."""
MONTHS_KEPT = 3
POLLERS, POLL_SECONDS, WINDOW_SECONDS = 5, 20, 1
"""Lambda asks each queue with so many pollers; each collects the messages of a second."""
BUSY_QUEUES = 3
"""Beacons, bulk folds and SES's events take most messages."""
ANSWER_KB = 2
"""The size of a response to a browser."""
SES_EVENTS = 2.1
"""How many events SES publishes for each mail: sent, delivered, and now and then another one."""
BAR_OF_SES, BAR_IDLE = 0.6, 8.75
"""The idle bar was 8.0 with 15 queues. Recalculating all leads got a queue of its own, so that beacons do not wait
behind it: its polling and its alarm cost $0.36. The alarms for cards that wait for Slack and for held mails cost $0.10
each, and asking Salesforce for opt-outs four times an hour $0.02."""
MILLION, TINY = 1_000_000, 1e-9
_FREE = {
    "Lambda requests": "lambda_requests",
    "Lambda time": "lambda_gb_seconds",
    "SQS polling": "sqs_requests",
    "CloudWatch alarms": "alarm_metrics",
    "CloudWatch metrics": "metrics",
    "CloudWatch logs": "log_gb",
    "DynamoDB storage": "storage_gb",
}
"""The allowance in prices.toml for each unit."""


@dataclass(frozen=True)
class Size:
    """How much of each activity happens in a month, and how many leads there are."""

    leads: int = 0
    activities: Mapping[str, float] = field(default_factory=dict)
    mails: Mapping[str, float] = field(default_factory=dict)
    steps: int = 0


def _size(leads: int, activities: float, mails: float) -> Size:
    """Return a size with this mix: most activities are page views, most mails go out in campaigns."""
    shares = {
        "beacon of a stranger": 0.4,
        "beacon of an active lead": 0.3,
        "following beacon": 0.1,
        "first beacon of a visit": 0.12,
        "beacon that a journey awaits": 0.02,
        "click of a lead": 0.04,
        "click that a journey awaits": 0.01,
        "form of a lead": 0.006,
        "form of a visitor": 0.003,
        "form of a stranger": 0.001,
    }
    kinds = {"mail of a campaign": 0.7, "marketing mail": 0.25, "transactional mail": 0.05}
    return Size(
        leads,
        {name: share * activities for name, share in shares.items()},
        {name: share * mails for name, share in kinds.items()},
        steps=round(0.6 * mails),
    )


SIZES = {
    "idle": Size(),
    "10 k leads": _size(10_000, 300_000, 100_000),
    "1 M leads": _size(MILLION, 50 * MILLION, 10 * MILLION),
}


def main() -> int:
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # a process imports the functions for one cloud only
        counted = apart.submit(costs.usages).result()
    prices = tomllib.loads((PROJECT / "bench/prices.toml").read_text())
    bills = {name: bill(size, counted, prices) for name, size in SIZES.items()}
    return _show(bills)


def bill(size: Size, counted: Mapping[str, Usage], prices: Prices) -> dict[str, float]:
    """Return the US$ of a month, by what they are paid for. The allowances are negative."""
    units = _units(size, counted)
    paid = {name: _paid(amount, prices, unit) for name, (amount, unit) in units.items()}
    free = {name: min(units[name][0], prices["free"][allowance]) / units[name][0] for name, allowance in _FREE.items()}
    return paid | {"free allowances": -sum(paid[name] * share for name, share in free.items())}


def _paid(amount: float, prices: Prices, unit: str) -> float:
    service, _, price = unit.partition(".")
    return amount * prices[service][price]


def _units(size: Size, counted: Mapping[str, Usage]) -> dict[str, tuple[float, str]]:
    """Return the amount of each unit that is paid for, and the place of its price."""
    used, has = _sum(size, counted), _template()
    mails, activities = sum(size.mails.values()), sum(size.activities.values())
    stored_gb = (size.leads * LEAD_KB + (activities * ACTIVITY_KB + mails * MAIL_KB) * MONTHS_KEPT) / MILLION
    messages = used.messages + mails * SES_EVENTS
    batch = 1 + messages / SECONDS / (BUSY_QUEUES * POLLERS) * WINDOW_SECONDS
    calls = used.calls - used.messages * (1 - 1 / batch)
    return {
        "DynamoDB writes": (used.write_units, "dynamodb.write_units"),
        "DynamoDB reads": (used.read_units, "dynamodb.read_units"),
        "DynamoDB storage": (stored_gb + TINY, "dynamodb.storage_gb"),
        "DynamoDB backup": (stored_gb, "dynamodb.backup_gb"),
        "Lambda requests": (calls, "lambda.requests"),
        "Lambda time": (_gb_seconds(used), "lambda.gb_seconds"),
        "SQS": (messages * (1 + 2 / batch), "sqs.requests"),
        "SQS polling": (has.queues * POLLERS * SECONDS / POLL_SECONDS, "sqs.requests"),
        "SNS": (mails * SES_EVENTS, "sns.requests"),
        "API Gateway": (activities, "api.requests"),
        "S3": (calls / 1000, "s3.reads"),
        "Secrets": (has.secrets, "secrets.secrets"),
        "CloudWatch logs": (used.calls * LOG_KB / MILLION, "cloudwatch.log_gb"),
        "CloudWatch alarms": (has.alarm_metrics, "cloudwatch.alarm_metrics"),
        "CloudWatch metrics": (has.metrics if activities else TINY, "cloudwatch.metrics"),
        "Scheduler": (SECONDS / 60, "scheduler.calls"),
        "Data transfer": (activities * ANSWER_KB / MILLION, "transfer.gb"),
        "SES": (mails, "ses.mails"),
    }


def _sum(size: Size, counted: Mapping[str, Usage]) -> Usage:
    """Return what a month uses, with the tick of each minute."""
    how_many = {**size.activities, **size.mails, "step of a journey": size.steps, "idle minute": SECONDS / 60}
    each = [[count * value for value in astuple(counted[name])] for name, count in how_many.items()]
    return Usage(*(sum(values) for values in zip(*each, strict=True)))


def _gb_seconds(used: Usage) -> float:
    billed_ms = used.cpu_ms * FULL_CPU_GB / MEMORY_GB + used.requests * WAIT_MS
    return billed_ms / 1000 * MEMORY_GB


@dataclass(frozen=True)
class Template:
    """The resources of infra/template.yaml that have a monthly price."""

    queues: int
    alarm_metrics: int
    secrets: int
    metrics: int
    """The number of our own metrics; each costs its price as soon as it is written."""


def _template() -> Template:
    resources = list(yaml_parse((PROJECT / "infra/template.yaml").read_text())["Resources"].values())
    alarms = [each["Properties"] for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]
    written = " ".join(path.read_text() for path in (PROJECT / "functions").glob("*/*.py"))
    return Template(
        queues=sum(
            each["Type"] == "AWS::SQS::Queue" and "RedrivePolicy" in each.get("Properties", {}) for each in resources
        ),
        alarm_metrics=sum(max(1, sum("MetricStat" in of for of in alarm.get("Metrics", []))) for alarm in alarms),
        secrets=sum(
            each["Type"] == "AWS::SecretsManager::Secret" and each.get("Condition") != "ServesAtTheEdge"
            for each in resources
        ),
        metrics=len(set(re.findall(r'(?:add_metric\(name=f?|single_metric\()"(\w+)', written))),
    )


def _show(bills: Mapping[str, Mapping[str, float]]) -> int:
    """Print the bills as a table and, last, one JSON line. Return 1 if one is over its bar."""
    print("| US$ a month | " + " | ".join(bills) + " |\n|---|" + "---|" * len(bills))
    for part in next(iter(bills.values())):
        print(f"| {part} | " + " | ".join(f"{each[part]:,.2f}" for each in bills.values()) + " |")
    totals = {name: sum(each.values()) for name, each in bills.items()}
    print("| **in all** | " + " | ".join(f"**{total:,.2f}**" for total in totals.values()) + " |")
    large = bills["1 M leads"]
    ours = (totals["1 M leads"] - large["SES"]) / large["SES"]
    print(
        f"\nEverything but SES at the large size: {ours:.0%} of SES (bar {BAR_OF_SES:.0%}); idle bar ${BAR_IDLE:g}.\n"
    )
    figures: dict[str, dict[str, float]] = {name: {"usd": round(total, 2)} for name, total in totals.items()}
    figures["idle"]["usd_bar"] = BAR_IDLE
    figures["1 M leads"] |= {"of_ses": round(ours, 3), "of_ses_bar": BAR_OF_SES}
    print(json.dumps({"bench": "bill", "figures": figures}), flush=True)
    return int(totals["idle"] > BAR_IDLE or ours > BAR_OF_SES)


if __name__ == "__main__":
    sys.exit(main())
