"""An office for every test of score.sync."""

import pytest

from ripen.adapters.table import Table
from tests.fakes import FakeClock, FakeQueue
from tests.functions.score.office import FakeCrm, Office


@pytest.fixture
def office(table: Table, clock: FakeClock, queue: FakeQueue) -> Office:
    return Office(table, clock, FakeCrm(), queue)
