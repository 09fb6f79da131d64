"""Measure the release of mail: how many mails a second go when a million are due.

nurture.tick runs as on AWS, once a minute, on real boto3 clients that are answered in this process after canned
latencies (real time). nurture.deliver is measured for a few mails; from its calls and its CPU time follows how long a
worker takes for one mail, and the workers of the queue are simulated with that time (virtual time).

    python -m bench.release [--quick]
"""

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import process_time

from bench.answered_cloud import waits
from bench.memory_cloud import START
from bench.metered_dynamodb import Usage
from bench.million_mails import MAILS
from bench.plan import example
from bench.release_cloud import MAX_SEND_RATE, PER_SECOND, ReleaseCloud, Workers
from bench.report import Rate, show
from ripen.mail.limits.send_rate import WORKERS

MINUTES = 7
"""A full look is among them."""
_MEASURED = 300
"""Mails that nurture.deliver sends while it is measured."""
_THREADS = 10
"""Calls that the tick makes at the same time."""
_FULL_CPU_MB = 1769
"""Memory at which a function of Lambda has one CPU. Source: AWS Lambda Developer Guide, "Configure memory"."""
_DELIVER_MB = 512
_TICK_MB = (256, 512, 1024, 1769)
_GB_SECOND = 0.0000133334
"""Dollars, on arm64. Source: AWS, "AWS Lambda Pricing"."""
NOTES = """{mails:,} mails are due, and SES takes {quota} a second, of which nine tenths are for marketing mail. The
first minute, in which the workers start, does not count.
The tick ran {ticks} times in real time on this machine, with real boto3 and canned latencies: 5 ms for a read, 10 ms
for a single write and for SQS, 20 ms for a transaction. The longest took {wall:.1f} s, of which {cpu:.1f} s CPU. With
{io:.1f} s of waiting, such a tick takes (and costs a month):
{by_memory}.
The workers ran in virtual time. A mail takes a worker {per_mail:.0f} ms: {waits:.0f} ms for calls ({calls}),
and {deliver_cpu:.1f} ms of CPU here, which are {share:.0f} ms at {deliver_mb} MB.
So {workers} workers (MailsPerSecond={rate}) can send {most:.0f} a second. {double:,} of {woken:,} wake-ups were for
a mail that was delivered already. Units: a delivery is from its claim to the answer of SES."""


@dataclass(frozen=True)
class Delivery:
    """What one mail takes a worker: its calls, CPU time in seconds, and cost."""

    calls: Mapping[str, float]
    cpu: float
    used: Usage

    @property
    def waits(self) -> float:
        """Seconds of waiting for AWS."""
        return waits(self.calls)

    @property
    def seconds(self) -> float:
        """The time of a worker with the memory that the template gives it."""
        return self.waits + self.cpu * _FULL_CPU_MB / _DELIVER_MB


@dataclass(frozen=True)
class Tick:
    """One tick: its time here, CPU time and time of waiting in seconds, the mails it woke, and its cost."""

    wall: float
    cpu: float
    waits: float
    woken: int
    used: Usage

    def seconds(self, memory: int) -> float:
        """Return how long it takes with that memory in MB."""
        return self.waits + self.cpu * max(1, _FULL_CPU_MB / memory)

    def cost(self, memory: int) -> float:
        """Return the dollars that such ticks cost in a month of 30 days."""
        return self.seconds(memory) * memory / 1024 * _GB_SECOND * 43_200


def main(*arguments: str) -> int:
    minutes = 2 if "--quick" in arguments else MINUTES
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the functions' logs
        cloud = ReleaseCloud(example())
        delivery = measure_delivery(cloud)
        workers = Workers(WORKERS[PER_SECOND], delivery.seconds)
        ticks = [tick(cloud, workers)]
        first = workers.delivered
        ticks += [tick(cloud, workers) for _ in range(minutes - 1)]
    woken = sum(each.woken for each in ticks)
    released = sum((each.used for each in ticks), Usage()) / woken
    costs = {"release of a mail": released.against(0.1, 0.2), "delivery of a mail": delivery.used.against(10, 5)}
    rates = {"mails delivered": Rate(per_second=(workers.delivered - first) / 60 / (minutes - 1), bar=PER_SECOND)}
    return show("release", {}, _notes(delivery, workers, ticks), costs, rates)


def measure_delivery(cloud: ReleaseCloud) -> Delivery:
    """Let nurture.deliver send some mails, after as many to warm up."""
    for _ in range(2):
        batches = cloud.plan(_MEASURED)
        cloud.take()
        cloud.calls.clear()
        began, own = process_time(), cloud.answering
        for batch in batches:
            cloud.hand("deliver_bulk", *batch)
        cpu = process_time() - began - (cloud.answering - own)
    calls = {verb: count / _MEASURED for verb, count in cloud.calls.items()}
    return Delivery(calls, cpu / _MEASURED, cloud.take() / _MEASURED)


def tick(cloud: ReleaseCloud, workers: Workers) -> Tick:
    """Run nurture.tick, and let the workers deliver until the next one."""
    cloud.calls.clear()
    cloud.take()
    began, own = process_time(), cloud.answering
    wall = cloud.tick()
    cpu = process_time() - began - (cloud.answering - own)
    waited = waits(cloud.calls) / _THREADS
    messages, used = cloud.messages(), cloud.take()
    cloud.clock.at += timedelta(minutes=1)
    workers.work(messages, (cloud.clock.at - START).total_seconds(), cloud.mails_due)
    return Tick(wall, cpu, waited, len(messages), used)


def _notes(delivery: Delivery, workers: Workers, ticks: list[Tick]) -> str:
    longest = max(ticks, key=lambda each: each.wall)
    by_memory = "; ".join(
        f"{memory} MB {longest.seconds(memory):.1f} s (${longest.cost(memory):.2f})" for memory in _TICK_MB
    )
    return NOTES.format(
        mails=MAILS,
        quota=MAX_SEND_RATE,
        rate=PER_SECOND,
        ticks=len(ticks),
        wall=longest.wall,
        cpu=longest.cpu,
        io=longest.waits,
        by_memory=by_memory,
        per_mail=1000 * delivery.seconds,
        waits=1000 * delivery.waits,
        calls=", ".join(f"{count:.2f} {verb}" for verb, count in delivery.calls.items()),
        deliver_cpu=1000 * delivery.cpu,
        share=1000 * (delivery.seconds - delivery.waits),
        deliver_mb=_DELIVER_MB,
        workers=workers.count,
        most=workers.count / delivery.seconds,
        double=workers.double,
        woken=sum(each.woken for each in ticks),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
