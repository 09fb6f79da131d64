"""ripen doctor says when Salesforce last told Ripen of a change, and whether Ripen's calls wait for Salesforce."""

from datetime import timedelta

from cli.doctor.finding import State
from cli.doctor.salesforce_gate import gate
from cli.doctor.salesforce_push import last_push
from ripen.adapters.table import Create, Table, keys
from ripen.crm.call_gate import CrmGate
from ripen.mail.limits.breaker import Breaker
from ripen.settings import LastPush
from tests.support.fakes import NOON


def test_the_last_push_is_shown_in_the_brands_time(table: Table) -> None:
    before = last_push(table, "Asia/Tokyo")
    table.write(Create(keys.PUSH, LastPush(at=NOON)))
    after = last_push(table, "UTC")

    assert (before.state, after.state) == (State.OK, State.OK)
    assert before.found.en.startswith("none has come")
    assert after.found.en == f"the last came at {NOON:%Y-%m-%d %H:%M} UTC"


def test_calls_that_wait_for_an_outage_are_shown(table: Table) -> None:
    before = gate(table, "UTC")
    breaker = Breaker(until=NOON + timedelta(minutes=5), reason="no answer from Salesforce: ReadTimeout", opened=NOON)
    table.write(Create(keys.CRM_GATE, CrmGate(breaker=breaker)))
    after = gate(table, "UTC")

    assert (before.state, after.state) == (State.OK, State.FAIL)
    assert "no answer from Salesforce" in after.found.en
    assert "status.salesforce.com" in after.next_step.en
