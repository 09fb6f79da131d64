"""An office for every test of score.sync, and bells for those of score.react."""

import pytest

from ripen.adapters.table import Table
from score.react import Bells
from tests.fakes import FakeClock, FakeQueue
from tests.functions.score.office import FakeCrm, Office


@pytest.fixture
def office(table: Table, clock: FakeClock, queue: FakeQueue) -> Office:
    return Office(table, clock, FakeCrm(), queue)


@pytest.fixture
def bells() -> Bells:
    return Bells(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
