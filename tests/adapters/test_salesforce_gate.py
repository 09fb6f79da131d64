"""All functions share the gate in front of Salesforce, as one row."""

import pytest

from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.table import Table
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import FEW_CALLS_LEFT
from ripen.errors import Undeliverable
from tests.support.fakes import FakeClock
from tests.support.salesforce_org import a_wish
from tests.support.scripted_org import ScriptedOrg, connected


def refused(call: object) -> str:
    with pytest.raises(Undeliverable) as caught:
        call()  # type: ignore[operator]
    return caught.value.reason


def test_an_outage_that_one_function_meets_stops_the_calls_of_all_until_one_probe_is_answered(
    table: Table, clock: FakeClock
) -> None:
    org = ScriptedOrg(whole=lambda writes: (503, "<html>"))
    here, there = (connected(org, CallGate(table, clock)) for _ in range(2))

    assert {refused(lambda: here.find([a_wish()])) for _ in range(6)} == {"HTTP 503"}
    assert refused(lambda: there.find([a_wish()])) == "HTTP 503"
    assert org.calls == 5

    org.whole = lambda writes: None
    clock.move(seconds=10)
    there.find([a_wish()])
    clock.move(seconds=3)  # the row is read again
    here.find([a_wish()])
    assert org.calls == 7


def test_two_workers_that_would_probe_at_once_make_one_call(table: Table, clock: FakeClock) -> None:
    org = ScriptedOrg(whole=lambda writes: (503, "<html>"))
    first, second = (CallGate(table, clock) for _ in range(2))
    crm = connected(org, first)
    for _ in range(5):
        refused(lambda: crm.find([a_wish()]))
    clock.move(seconds=10)
    second.enter()

    assert refused(first.enter) == "HTTP 503"


def test_few_calls_that_one_function_reads_are_left_by_the_others_that_can_wait(table: Table, clock: FakeClock) -> None:
    org = ScriptedOrg()
    org.usage = ApiUsage(85, 100)
    connected(org, CallGate(table, clock)).find([a_wish()])

    assert refused(CallGate(table, clock, can_wait=True).enter) == FEW_CALLS_LEFT
    CallGate(table, clock).enter()
