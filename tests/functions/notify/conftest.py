"""An alert that is due, for every test of notify.alert."""

import pytest

from ripen.adapters.table import Create, Table, keys
from ripen.lead.state import Rank, State
from ripen.slack.alert import Alert
from tests.support.builders import a_lead
from tests.support.fake_chat import FakeChat
from tests.support.fakes import NOON, FakeClock
from tests.support.hot_lead_alert import ID, KEY, HotLeadAlert


@pytest.fixture
def hot_lead(table: Table, clock: FakeClock) -> HotLeadAlert:
    table.write(
        Create(keys.profile("lead1"), a_lead()),
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT, fit=40)),
        Create(KEY, Alert(id=ID, lead="lead1", kind="hot", planned=NOON), due=NOON),
    )
    return HotLeadAlert(table, clock, FakeChat())
