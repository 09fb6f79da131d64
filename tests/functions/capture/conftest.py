"""The dependencies of capture.form, for every test."""

import pytest

from capture.form import Dependencies
from ripen.adapters.playbook import Live
from ripen.adapters.table import Table
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeQueue
from tests.support.form_posts import Ids
from tests.support.gateway_events import KEY, SITE


@pytest.fixture
def dependencies(table: Table, queue: FakeQueue) -> Dependencies:
    return Dependencies(table, queue, Live(a_bundle(), SITE), KEY, NOON, Ids())
