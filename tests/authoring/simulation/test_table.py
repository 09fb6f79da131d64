"""The table in memory behaves like the one on AWS."""

from datetime import timedelta
from typing import Any

from ripen.adapters.table import Absent, Add, Conflict, Create, Due, Mark, Replace, Table, Unchanged, keys
from ripen.agenda import Lane, shard
from ripen.lead.contact import Contact
from ripen.lead.state import State
from ripen.pointers import Seen
from ripen_authoring.simulation.table import MemoryTable
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON

LATER = NOON + timedelta(hours=1, microseconds=1499)
LEAD = keys.profile("lead1")
STATE = keys.state("lead1")
CONTACT = keys.contact("lead1")
COUNT = keys.campaign_count("autumn", 1)
SEEN = keys.seen("form", "1")


def story(table: Table) -> list[Any]:
    """What each of the table's verbs answers in turn."""
    told: list[Any] = []

    def write(*changes: Any) -> None:
        try:
            table.write(*changes)
            told.append("written")
        except Conflict as conflict:
            told.append(conflict.at)

    write(Create(LEAD, a_lead()), Create(STATE, State(lead="lead1")), Absent(CONTACT))
    write(Create(LEAD, a_lead()))
    write(Unchanged(LEAD, 1), Replace(CONTACT, Contact(lead="lead1"), 0, due=LATER, lane=Lane.BULK))
    write(Unchanged(LEAD, 2), Absent(CONTACT), Unchanged(keys.profile("nobody"), 0))
    write(Mark(STATE, NOON), Mark(keys.state("nobody"), NOON))
    write(Mark(STATE, NOON))
    write(Replace(STATE, State(lead="lead1", fit=1), 1), Replace(LEAD, a_lead(company="Ω"), 1))
    write(Replace(STATE, State(lead="lead1", fit=1), 2, due=LATER))
    for n in (2, 1, 3):
        at = NOON + timedelta(minutes=n)
        write(Create(keys.activity("lead1", at, f"a{n}"), an_activity(id=f"a{n}", at=at), due=at))
    seen = Seen(lead="lead1", activity="a1")
    for minutes in (0, 9, 11):
        at = NOON + timedelta(minutes=minutes)
        write(Create(SEEN, seen, expires=at + timedelta(minutes=10), even_if_expired_at=at))
    told.append(table.get(SEEN))
    told += [table.get(key) for key in (LEAD, STATE, CONTACT, keys.state("nobody"))]
    told += table.get_many([STATE, keys.state("nobody"), LEAD])
    told += [row.key.sk for row in table.under("lead1", "activity#", newest_first=True, most=2)]
    told += [row.value for row in table.under("lead1", "")]
    first, last = keys.activities_since(NOON + timedelta(minutes=2)), keys.activities_since(NOON + timedelta(minutes=9))
    told += [row.value.id for row in table.between("lead1", first, last)]
    write(Add(COUNT, {"planned": 2}), Add(keys.campaign_count("autumn", 2), {"planned": 1}))
    write(Add(COUNT, {"planned": -1, "skipped: capped": 1}))
    told.append(table.get(COUNT))
    told += [list(table.leads(shard("lead1"), "lead0", 1)), list(table.leads(shard("lead1"), "lead1"))]
    told += [list(table.leads(number)) for number in (shard("lead1"), (shard("lead1") + 1) % 64)]
    due = table.due(Lane.HOT, shard("lead1"), LATER, limit=2)
    told += [due, table.due(Lane.BULK, shard("lead1"), LATER), table.due(Lane.HOT, shard("lead1"), NOON)]
    told += [table.lease(due[0], LATER), table.lease(due[0], LATER), table.lease(Due(due[1].ref, NOON), LATER)]
    told.append(table.due(Lane.HOT, shard("lead1"), LATER))
    return told


def test_both_tables_give_the_same_results(table: Table) -> None:
    assert story(MemoryTable()) == story(table)


def test_listener_gets_the_value_before_and_after() -> None:
    seen: list[Any] = []
    table = MemoryTable(lambda key, before, after, due: seen.append((key, before, after, due)))
    table.write(Create(STATE, State(lead="lead1"), due=NOON))
    table.write(Replace(STATE, State(lead="lead1", fit=1), 1))
    assert seen == [
        (STATE, None, State(lead="lead1"), NOON),
        (STATE, State(lead="lead1"), State(lead="lead1", fit=1), None),
    ]
