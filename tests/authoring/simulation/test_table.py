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


class Story:
    """Uses every method of a table. `results` holds what the table answered, in order."""

    def __init__(self, table: Table) -> None:
        self.table, self.results = table, list[Any]()
        self.write_rows()
        self.write_rows_that_expire()
        self.read_rows()
        self.count()
        self.list_leads()
        self.lease_due_rows()

    def write(self, *changes: Any) -> None:
        try:
            self.table.write(*changes)
            self.results.append("written")
        except Conflict as conflict:
            self.results.append(conflict.at)

    def write_rows(self) -> None:
        self.write(Create(LEAD, a_lead()), Create(STATE, State(lead="lead1")), Absent(CONTACT))
        self.write(Create(LEAD, a_lead()))
        self.write(Unchanged(LEAD, 1), Replace(CONTACT, Contact(lead="lead1"), 0, due=LATER, lane=Lane.BULK))
        self.write(Unchanged(LEAD, 2), Absent(CONTACT), Unchanged(keys.profile("nobody"), 0))
        self.write(Mark(STATE, NOON), Mark(keys.state("nobody"), NOON))
        self.write(Mark(STATE, NOON))
        self.write(Replace(STATE, State(lead="lead1", fit=1), 1), Replace(LEAD, a_lead(company="Ω"), 1))
        self.write(Replace(STATE, State(lead="lead1", fit=1), 2, due=LATER))
        for n in (2, 1, 3):
            at = NOON + timedelta(minutes=n)
            self.write(Create(keys.activity("lead1", at, f"a{n}"), an_activity(id=f"a{n}", at=at), due=at))

    def write_rows_that_expire(self) -> None:
        seen = Seen(lead="lead1", activity="a1")
        for minutes in (0, 9, 11):
            at = NOON + timedelta(minutes=minutes)
            self.write(Create(SEEN, seen, expires=at + timedelta(minutes=10), even_if_expired_at=at))

    def read_rows(self) -> None:
        table = self.table
        self.results += [table.get(key) for key in (SEEN, LEAD, STATE, CONTACT, keys.state("nobody"))]
        self.results += table.get_many([STATE, keys.state("nobody"), LEAD])
        self.results += [row.key.sk for row in table.under("lead1", "activity#", newest_first=True, most=2)]
        self.results += [row.value for row in table.under("lead1", "")]
        first, last = (keys.activities_since(NOON + timedelta(minutes=minutes)) for minutes in (2, 9))
        self.results += [row.value.id for row in table.between("lead1", first, last)]

    def count(self) -> None:
        self.write(Add(COUNT, {"planned": 2}), Add(keys.campaign_count("autumn", 2), {"planned": 1}))
        self.write(Add(COUNT, {"planned": -1, "skipped: capped": 1}))
        self.results.append(self.table.get(COUNT))

    def list_leads(self) -> None:
        leads, number = self.table.leads, shard("lead1")
        self.results += [list(leads(number, "lead0", 1)), list(leads(number, "lead1"))]
        self.results += [list(leads(each)) for each in (number, (number + 1) % 64)]

    def lease_due_rows(self) -> None:
        table, number = self.table, shard("lead1")
        due = table.due(Lane.HOT, number, LATER, limit=2)
        self.results += [due, table.due(Lane.BULK, number, LATER), table.due(Lane.HOT, number, NOON)]
        self.results += [
            table.lease(due[0], LATER),
            table.lease(due[0], LATER),
            table.lease(Due(due[1].ref, NOON), LATER),
        ]
        self.results.append(table.due(Lane.HOT, number, LATER))


def test_both_tables_give_the_same_results(table: Table) -> None:
    assert Story(MemoryTable()).results == Story(table).results


def test_listener_gets_the_value_before_and_after() -> None:
    seen: list[Any] = []
    table = MemoryTable(lambda key, before, after, due: seen.append((key, before, after, due)))
    table.write(Create(STATE, State(lead="lead1"), due=NOON))
    table.write(Replace(STATE, State(lead="lead1", fit=1), 1))
    assert seen == [
        (STATE, None, State(lead="lead1"), NOON),
        (STATE, State(lead="lead1"), State(lead="lead1", fit=1), None),
    ]
