"""Due rows of a lead that does not exist any more leave the agenda."""

from datetime import timedelta

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Table, keys
from ripen.lead.state import State
from ripen.marks import CrmMark
from tests.support.builders import a_bundle, an_activity
from tests.support.crm_sync import Office
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import react

ACTIVITY = keys.activity("lead1", NOON, "activity1")


def test_rows_of_an_erased_lead_leave_the_agenda(table: Table, clock: FakeClock, queues: Queues) -> None:
    table.write(
        Create(ACTIVITY, an_activity(received=NOON - timedelta(hours=1)), due=NOON),
        Create(keys.state("lead1"), State(lead="lead1", verdicts_outdated=True), due=NOON),
    )
    for key in (ACTIVITY, keys.state("lead1")):
        react([key.ref], table, a_bundle(), clock, queues)
    assert [row.due for row in table.under("lead1", "")] == [None, None]


def test_new_activity_stays_due_until_its_lead_is_visible(table: Table, clock: FakeClock, queues: Queues) -> None:
    """Show a read that sees only some rows of a transaction (DynamoDB, "Isolation levels")."""
    table.write(Create(ACTIVITY, an_activity(), due=NOON))
    react([ACTIVITY.ref], table, a_bundle(), clock, queues)
    row = table.get(ACTIVITY)
    assert row
    assert row.due == NOON


def test_erased_lead_makes_no_call_to_the_crm(office: Office) -> None:
    office.table.write(Create(keys.crm_mark("lead1"), CrmMark(lead="lead1"), due=NOON))
    assert office.sync() == set()
    assert (office.crm.calls, office.mark().due) == (0, None)
