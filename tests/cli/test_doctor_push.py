"""ripen doctor says when Salesforce last told Ripen of a change; nobody has to set that up."""

from cli.doctor.finding import State
from cli.doctor.salesforce_push import last_push
from ripen.adapters.table import Create, Table, keys
from ripen.settings import LastPush
from tests.support.fakes import NOON


def test_the_last_push_is_shown_in_the_brands_time(table: Table) -> None:
    before = last_push(table, "Asia/Tokyo")
    table.write(Create(keys.PUSH, LastPush(at=NOON)))
    after = last_push(table, "UTC")

    assert (before.state, after.state) == (State.OK, State.OK)
    assert before.found.en.startswith("none has come")
    assert after.found.en == f"the last came at {NOON:%Y-%m-%d %H:%M} UTC"
