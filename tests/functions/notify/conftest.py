"""An alert that is due, for every test of notify.alert."""

import pytest

from ripen.adapters.table import Create, Table, keys
from ripen.alert import Alert
from ripen.state import Rank, State
from tests.builders import a_lead
from tests.fakes import NOON, FakeClock
from tests.functions.notify.fakes import FakeChat
from tests.functions.notify.sales import ID, KEY, Sales


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Sales:
    table.write(
        Create(keys.profile("lead1"), a_lead()),
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT, fit=40)),
        Create(KEY, Alert(id=ID, lead="lead1", kind="hot", planned=NOON), due=NOON),
    )
    return Sales(table, clock, FakeChat())
