"""Count the cost of each activity on AWS, until its hand-offs are due: write units, read units and requests.

The functions run in this process, on services in memory. The rows have their real sizes, so the counts are exact.
"""

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from time import process_time_ns
from typing import TYPE_CHECKING

from bench.memory_cloud import MemoryCloud
from bench.metered_dynamodb import Usage
from bench.report import Cost

if TYPE_CHECKING:
    from bench.scenarios import Work

BARS: dict[str, tuple[float, float | None]] = {
    "form of a stranger": (22, 6),
    "form of a visitor": (30, 6),
    "form of a lead": (16, 6),
    "click of a lead": (10, 8),
    "click that a journey awaits": (14, 9),
    "beacon of a stranger": (1, 4),
    "first beacon of a visit": (9, 4),
    "following beacon": (4, 4),
    "beacon of an active lead": (4.5, 4.5),
    "beacon that a journey awaits": (8, 6),
    "transactional mail": (12, None),
    "marketing mail": (16, None),
    "mail of a campaign": (20, None),
    "step of a journey": (3.5, None),
}
"""The most that each activity should cost, as (write units, requests)."""


def measure() -> dict[str, Cost]:
    """Return the cost of each activity by name."""
    return {name: used.against(*BARS[name]) for name, used in usages().items() if name in BARS}


def usages() -> dict[str, Usage]:
    """Return what each activity used by name, and a minute in which nothing happens as "idle minute"."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the functions' logs
        return dict(_usages())


def _usages() -> Iterator[tuple[str, Usage]]:
    """Yield what each activity used. It is done twice; the second time counts, when all caches are warm."""
    cloud = MemoryCloud()
    from bench.plan import example  # the functions in these modules make their clients when they are imported
    from bench.scenarios import ACTIVE_BEACONS, CAMPAIGN_LEADS, JOURNEY_LEADS, REQUESTED_MAILS, STEPS, Scenarios

    cloud.publish(example())
    yield "idle minute", _used(lambda: _pass_idle_hour(cloud), cloud) / 60
    scenarios = Scenarios(cloud)
    for name in BARS:
        if prepare := getattr(scenarios, name.replace(" ", "_"), None):
            _used(prepare(), cloud)
            yield name, _used(prepare(), cloud)
    yield "beacon of an active lead", _used(scenarios.active_lead(), cloud) / ACTIVE_BEACONS
    yield "transactional mail", _used(scenarios.requested_mails(), cloud) / REQUESTED_MAILS
    yield "mail of a campaign", _used(scenarios.campaign(), cloud) / CAMPAIGN_LEADS
    yield "step of a journey", _used(scenarios.steps(), cloud) / (JOURNEY_LEADS * STEPS)


def _pass_idle_hour(cloud: MemoryCloud) -> None:
    for _ in range(60):
        cloud.clock.at += timedelta(minutes=1)
        cloud.invoke("nurture.tick", {})


def _used(work: "Work", cloud: MemoryCloud) -> Usage:
    cloud.take()
    started = process_time_ns()
    work()
    used = cloud.take()
    used.cpu_ms = (process_time_ns() - started) / 1e6
    return used
