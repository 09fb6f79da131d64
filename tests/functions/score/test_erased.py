"""Due rows of a lead that does not exist any more leave the agenda, and it stops no walk."""

from datetime import timedelta

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.adapters.table.rows import primary_key
from ripen.lead.state import State
from ripen.marks import CrmMark
from tests.support.builders import a_bundle, an_activity
from tests.support.crm_sync import Office
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import react
from tests.support.refold_walks import NEW, Publisher, roster

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


def test_lead_that_is_erased_while_it_is_recalculated_stops_no_page(table: Table) -> None:
    # given a lead that fails, and is erased before it is put on the agenda
    leads = roster(table, 3)

    class Erased(Table):
        def write(self, *changes: Change) -> None:
            if changes[0].key == keys.state(leads[1]) and isinstance(changes[0], Replace):
                self._client.delete_item(TableName=self.name, Key=primary_key(keys.state(leads[1])))
                raise ZeroDivisionError
            super().write(*changes)

    publisher = Publisher(Erased(table.name, table._client, lambda seconds: None))
    # when
    publisher.start(NEW)
    publisher.run_all()
    # then
    assert publisher.with_rules(NEW, leads) == [leads[0], leads[2]]
    assert (publisher.walk.passed, publisher.walk.failed, publisher.walk.done) == (3, 0, True)
