"""The harness for tests of score.sync, and queues for tests of score.react."""

import pytest

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Table
from tests.support.crm_sync import FakeCrm, Office
from tests.support.fakes import FakeClock, FakeQueue


@pytest.fixture
def office(table: Table, clock: FakeClock, queue: FakeQueue) -> Office:
    return Office(table, clock, FakeCrm(), queue)


@pytest.fixture
def queues() -> Queues:
    return Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
