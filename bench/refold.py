"""Reckon how long it takes, and what it costs, to recalculate a million leads after new scoring rules.

The activities of a few leads are folded by score.react, and these leads copied. Then a playbook with another half-life
is published, and score.refold recalculates a page of them, on real boto3 clients that are answered in this process. Its
requests and units are counted, its CPU time is measured; memory and concurrency are read from the template.

    python -m bench.refold [--quick]
"""

import os
import sys
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from bench.answered_cloud import waits
from bench.metered_dynamodb import Usage
from bench.outside import PROJECT
from bench.plan import example
from bench.refold_cloud import ACTIVITIES, RefoldCloud
from bench.report import Price, Rate, show

LEADS = 1_000_000
ROUNDS, PAGE, TEMPLATES = 7, 100, 4
"""Pages that are measured, their leads, and the different histories among these."""
MOST_DOLLARS, MOST_SECONDS = 10, 3600
_THREADS = 8
"""Leads that score.refold works on at the same time."""
_FULL_CPU_MB = 1769
"""Memory at which a function of Lambda has one CPU. Source: AWS Lambda Developer Guide, "Configure memory"."""
_REQUESTS_PER_MESSAGE = 3
"""A message is sent, received and deleted."""
NOTES = """A million leads of {activities} activities each. A lead takes {cpu:.1f} ms of CPU here and {waits:.0f} ms of
waiting ({calls}), which {threads} threads share: {seconds:.1f} ms at {memory} MB. With {workers} workers
(MaximumConcurrency of the queue Refold) all leads are done in {minutes:.0f} minutes, which cost:
{parts}.
Not included: what follows from the new scores, such as writes to Salesforce."""


@dataclass(frozen=True)
class Lead:
    """The cost of recalculating one lead: calls by verb, seconds of CPU time, units and messages."""

    calls: Mapping[str, float]
    cpu: float
    used: Usage

    @property
    def waits(self) -> float:
        """Seconds of waiting for AWS."""
        return waits(self.calls)

    def seconds(self, memory: int) -> float:
        """Return the time of a worker with this memory, as if no thread computed while another waits."""
        return self.cpu * max(1, _FULL_CPU_MB / memory) + self.waits / _THREADS


@dataclass(frozen=True)
class Worker:
    """score.refold in the template: its memory in MB, and how many run at once."""

    memory: int
    count: int


def main(*arguments: str) -> int:
    rounds, page = (1, 8) if "--quick" in arguments else (ROUNDS, PAGE)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the functions' logs
        lead, worker = measure(rounds, page), worker_of_template()
    prices = tomllib.loads((PROJECT / "bench/prices.toml").read_text())
    parts = cost(lead, worker.memory, prices)
    seconds = lead.seconds(worker.memory)
    rates = {"leads recalculated": Rate(per_second=worker.count / seconds, bar=LEADS / MOST_SECONDS)}
    notes = NOTES.format(
        activities=ACTIVITIES,
        cpu=1000 * lead.cpu,
        waits=1000 * lead.waits,
        calls=", ".join(f"{count:.2f} {verb}" for verb, count in lead.calls.items()),
        threads=_THREADS,
        seconds=1000 * seconds,
        memory=worker.memory,
        workers=worker.count,
        minutes=LEADS * seconds / worker.count / 60,
        parts=", ".join(f"{name} ${dollars:.2f}" for name, dollars in parts.items()),
    )
    dollars = {"a million leads": Price(usd=sum(parts.values()), bar=MOST_DOLLARS)}
    return show("refold", {}, notes, rates=rates, prices=dollars)


def measure(rounds: int, page: int) -> Lead:
    """Return what a lead takes, from pages of this many leads; the CPU time is the median of the rounds."""
    cloud = RefoldCloud(example())
    cloud.add_leads(page, TEMPLATES)
    cpu = []
    for number in range(rounds + 1):  # the first one fills the caches
        cloud.publish_half_life(31.0 + number)
        cloud.take()
        cloud.calls.clear()
        began, own = process_time(), cloud.answering
        cloud.recalculate()
        cpu.append(process_time() - began - (cloud.answering - own))
        used = cloud.take()
    calls = {verb: count / page for verb, count in cloud.calls.items()}
    return Lead(calls, median(cpu[1:]) / page, used / page)


def cost(lead: Lead, memory: int, prices: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the dollars for all leads, by what they are paid for, without free allowances."""
    each = {
        "DynamoDB writes": lead.used.write_units * prices["dynamodb"]["write_units"],
        "DynamoDB reads": lead.used.read_units * prices["dynamodb"]["read_units"],
        "Lambda time": lead.seconds(memory) * memory / 1024 * prices["lambda"]["gb_seconds"],
        "Lambda requests": lead.used.calls * prices["lambda"]["requests"],
        "SQS": lead.used.messages * _REQUESTS_PER_MESSAGE * prices["sqs"]["requests"],
    }
    return {name: LEADS * dollars for name, dollars in each.items()}


def worker_of_template() -> Worker:
    function: dict[str, Any] = yaml_parse((PROJECT / "infra/template.yaml").read_text())["Resources"]["ScoreRefold"]
    mapping = function["Properties"]["Events"]["Queue"]["Properties"]
    return Worker(function["Properties"]["MemorySize"], mapping["ScalingConfig"]["MaximumConcurrency"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
