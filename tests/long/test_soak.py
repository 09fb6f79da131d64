"""A crowd of leads under random deaths, lost messages and failing systems: nothing is lost, and nothing happens twice.

Each accepted form becomes one activity of one lead, each planned mail one accepted send and one mail, each turn to hot
one card, each lead one record in Salesforce with the right rank, each press one task. `SEED=…` repeats a run's choices.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import SystemRandom

import pytest

from tests.support.lead_story import World, a_world
from tests.support.soak_world import a_crowd

SECONDS = 30 if os.environ.get("QUICK") else 600
"""How long the crowd acts, before all comes to rest."""


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from a_world(tmp_path_factory.mktemp("soak"))


def test_nothing_is_lost_and_nothing_happens_twice(
    world: World, record_testsuite_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED") or SystemRandom().randrange(10**6))
    crowd = a_crowd(world.outside, world, seed)
    print(f"\n  SEED={seed}", flush=True)

    # when people act and things fail
    until, said = time.monotonic() + SECONDS, time.monotonic()
    while time.monotonic() < until:
        crowd.an_hour()
        if time.monotonic() > said + 15:
            said = time.monotonic()
            print(
                f"  {len(crowd.people)} people, {len(crowd.pressed)} accepted, {sum(crowd.kinds.values())} faults",
                flush=True,
            )

    # and all comes to rest, also the mails that follow after three days
    crowd.rest(timedelta(hours=3))
    crowd.rest(timedelta(days=5))

    # then
    deaths = sum(count for kind, count in crowd.kinds.items() if kind.startswith("death"))
    record_testsuite_property(
        "counted",
        f"{len(crowd.people)} people, {len(crowd.pressed)} accepted, {deaths} deaths, "
        f"{sum(crowd.kinds.values()) - deaths} other faults, {len(crowd.dead)} dead letters (SEED={seed})",
    )
    print(f"  {dict(crowd.kinds)}", flush=True)
    assert crowd.wrongs() == []
