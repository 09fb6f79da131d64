"""A desk for every test of capture.form."""

import pytest

from capture.form import Desk
from ripen.adapters.playbook import Live
from ripen.adapters.table import Table
from tests.builders import a_bundle
from tests.fakes import NOON, FakeQueue
from tests.functions.capture.events import KEY, SITE
from tests.functions.capture.posting import Ids


@pytest.fixture
def desk(table: Table, queue: FakeQueue) -> Desk:
    return Desk(table, queue, Live(a_bundle(), SITE), KEY, NOON, Ids())
