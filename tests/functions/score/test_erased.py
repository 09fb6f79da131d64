"""What is due for a lead that is no longer there leaves the agenda, instead of coming back for ever."""

from datetime import timedelta

from ripen.adapters.table import Create, Table, keys
from ripen.marks import CrmMark, DecayMark, RefoldMark
from score._consequences import Queues
from tests.support.builders import a_bundle, an_activity
from tests.support.crm_sync import Office
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react

ACTIVITY = keys.activity("lead1", NOON, "activity1")


def test_activities_and_marks_are_looked_at_once(table: Table, clock: FakeClock) -> None:
    queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
    table.write(
        Create(ACTIVITY, an_activity(received=NOON - timedelta(hours=1)), due=NOON),
        Create(keys.decay_mark("lead1"), DecayMark(lead="lead1"), due=NOON),
        Create(keys.refold_mark("lead1"), RefoldMark(lead="lead1"), due=NOON),
    )
    for key in (ACTIVITY, keys.decay_mark("lead1"), keys.refold_mark("lead1")):
        react([key.ref], table, a_bundle(), clock, queues)
    assert [row.due for row in table.under("lead1", "")] == [None, None, None]
    assert table.get(keys.state("lead1")) is None


def test_an_activity_whose_lead_comes_to_light_a_moment_later_is_not_lost(table: Table, clock: FakeClock) -> None:
    """The rows of one transaction are not seen all at once by who reads without one (DynamoDB, "Read isolation")."""
    queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
    table.write(Create(ACTIVITY, an_activity(), due=NOON))
    react([ACTIVITY.ref], table, a_bundle(), clock, queues)
    row = table.get(ACTIVITY)
    assert row
    assert row.due == NOON


def test_the_crm_is_not_asked_about_it(office: Office) -> None:
    office.table.write(Create(keys.crm_mark("lead1"), CrmMark(lead="lead1"), due=NOON))
    assert office.sync() == set()
    assert (office.crm.calls, office.mark().due) == (0, None)
