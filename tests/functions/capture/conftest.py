"""A desk for every test of capture.form."""

import pytest

from capture.form import Desk
from ripen.adapters.playbook import Live
from ripen.adapters.table import Table
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeQueue
from tests.support.form_posts import Ids
from tests.support.gateway_events import KEY, SITE


@pytest.fixture
def desk(table: Table, queue: FakeQueue) -> Desk:
    return Desk(table, queue, Live(a_bundle(), SITE), KEY, NOON, Ids())
