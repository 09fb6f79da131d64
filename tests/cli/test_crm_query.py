"""ripen crm query leaves the last API calls of the day to Ripen's work."""

from datetime import timedelta

import pytest

from cli.stack.salesforce import query
from ripen.adapters.table import Create, Table, keys
from ripen.crm.call_gate import CrmGate
from ripen.failure import Failure
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack


def test_no_query_is_made_while_few_calls_are_left(table: Table, clock: FakeClock) -> None:
    table.write(Create(keys.CRM_GATE, CrmGate(used=80, most=100, read=NOON - timedelta(minutes=14))))

    with pytest.raises(Failure, match="Few of the day's"):
        query(a_stack(table, clock), "SELECT Id FROM Lead")
