"""Leads, Contacts and Tasks in Salesforce: one composite call reads up to 200 leads, and another one writes them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import replace

from msgspec import Struct

from ripen.adapters.salesforce import composite, soql
from ripen.adapters.salesforce.composite import Subrequest
from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.merges import MOST_MERGES, masters
from ripen.adapters.salesforce.soql import Person
from ripen.adapters.secrets import Secrets
from ripen.crm.api_usage import ApiUsage
from ripen.crm.ownership import Owner
from ripen.crm.upsert import CrmState, DesiredRecord, Record, Task, Write, WriteResult
from ripen.errors import Undeliverable

_WRITE_SECONDS = 50
"""Two hundred records with triggers and flows may take more than the 20 seconds that other calls may take."""
_LONGEST_URL = 16_000
"""Salesforce accepts 16,384 bytes of URL and headers together."""


class Salesforce:
    """Implements ports.CrmRecords.

    Every method raises Undeliverable if a whole call failed, NotConnected if an administrator has to act.
    """

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate, _WRITE_SECONDS)

    @property
    def usage(self) -> ApiUsage | None:
        """The day's API usage, as of the last answer; None before the first."""
        return self._connection.usage

    def find(self, leads: Sequence[DesiredRecord]) -> CrmState:
        """Return the records that may match these leads (at most 200), and the Tasks that already exist for them.

        One call does it; more if the addresses would make a query longer than Salesforce accepts, or if a linked record
        is gone, because it may have been merged into another.
        """
        queries = {f"q{n}": composite.query(text) for n, text in enumerate(soql.lead_queries(leads))}
        if len(leads) > 1 and any(len(query["url"]) > _LONGEST_URL for query in queries.values()):
            half = len(leads) // 2
            return _joined(self.find(leads[:half]), self.find(leads[half:]))
        answers = composite.call(self._connection, queries)
        rows = [row for answer in answers.values() for row in self._all_rows(answer)]
        people = soql.records(row for row in rows if soql.object_of(row) != "Task")
        records = {record.id: record for record in people}
        return CrmState(
            records=(*records.values(), *self._merged(leads, records)),
            tasks=frozenset(str(row["Ripen_Key__c"]) for row in rows if soql.object_of(row) == "Task"),
        )

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        """Create or update the records of up to 200 leads; return the results in the same order.

        1. Upsert a Lead for each lead without a record, and query the owners that the assignment rules chose.
        2. Update the records that exist.
        3. Create the Tasks for the owners of these records.

        One composite call does all of it, in this order. A refused record does not affect the others.
        """
        batch = _batch(writes)
        answers = composite.call(self._connection, dict(_subrequests(batch)))
        results = self._created(batch, answers) | self._updated(batch, answers)
        return [results[write.lead] for write in writes]

    def _merged(self, leads: Sequence[DesiredRecord], found: Mapping[str, Record]) -> Iterator[Record]:
        """Yield the records into which sales merged linked ones, which are gone. Makes calls only if some are gone."""
        for object in ("Lead", "Contact"):
            links = (lead.link for lead in leads if lead.link and lead.link.object == object)
            origins = {link.id: frozenset([link.id]) for link in links if link.id not in found}
            for _ in range(MOST_MERGES):
                origins = masters(self._connection, object, origins)
                if not origins:
                    break
                query = soql.records_query(object, origins, leads)
                for record in soql.records(composite.select(self._connection, {"masters": query})["masters"]):
                    yield replace(record, merged_ids=origins.pop(record.id, frozenset()))

    def _all_rows(self, answer: Answer) -> list[soql.Row]:
        """Return the rows of a query's first page and of all its further pages."""
        rows = composite.rows(answer)
        if further := composite.next_page(answer):
            rows += [row for page in composite.pages(self._connection, further) for row in page]
        return rows

    def _created(self, batch: "_Batch", answers: Mapping[str, Answer]) -> dict[str, WriteResult]:
        """Return the results of the new Leads, by lead."""
        if not batch.new:
            return {}
        ids = composite.ids(answers["new"], len(batch.new))
        refusals = composite.refusals(answers["new"], len(batch.new))
        owners = _owners(answers["owners"])
        links = [self._connection.link(owners.get(id, Person("Lead", id, Owner()))) if id else None for id in ids]
        return {
            write.lead: WriteResult(link=link, refused=refused)
            for write, link, refused in zip(batch.new, links, refusals, strict=True)
        }

    def _updated(self, batch: "_Batch", answers: Mapping[str, Answer]) -> dict[str, WriteResult]:
        """Return the results of the existing records, by lead; a refused Task counts as a refused write."""
        if not batch.known:
            return {}
        refusals = composite.refusals(answers["known"], len(batch.known))
        tasks = _task_refusals(batch, answers)
        return {
            write.lead: WriteResult(
                link=self._connection.link(_person(record)), refused=refused or tasks.get(write.lead)
            )
            for (write, record), refused in zip(batch.known, refusals, strict=True)
        }


def _joined(first: CrmState, second: CrmState) -> CrmState:
    records = {record.id: record for record in (*first.records, *second.records)}
    return CrmState(records=tuple(records.values()), tasks=first.tasks | second.tasks)


class _Batch(Struct, frozen=True):
    """The writes of one call: leads without a record, existing records, and those of them that get a Task."""

    new: list[Write]
    known: list[tuple[Write, Record]]
    tasks: list[tuple[Write, Record, Task]]


def _batch(writes: Sequence[Write]) -> _Batch:
    known = [(write, write.record) for write in writes if write.record]
    known.sort(key=lambda pair: pair[0].object)  # Salesforce takes at most ten runs of one object in a collection
    return _Batch(
        new=[write for write in writes if not write.record],
        known=known,
        tasks=[(write, record, write.task) for write, record in known if write.task],
    )


def _subrequests(batch: _Batch) -> Iterator[tuple[str, Subrequest]]:
    if batch.new:
        yield "new", composite.upsert_leads(batch.new)
        yield "owners", composite.query(soql.owners_query([write.lead for write in batch.new]))
    if batch.known:
        yield "known", composite.update([(write.object, record.id, _values(write)) for write, record in batch.known])
    if batch.tasks:
        yield "tasks", composite.create_tasks([(task, record.id, record.owner) for _, record, task in batch.tasks])


def _values(write: Write) -> dict[str, str | int | None]:
    return {**write.fields, **dict.fromkeys(write.clears)}


def _task_refusals(batch: _Batch, answers: Mapping[str, Answer]) -> dict[str, Undeliverable | None]:
    if not batch.tasks:
        return {}
    refusals = composite.refusals(answers["tasks"], len(batch.tasks))
    return {write.lead: refused for (write, _, _), refused in zip(batch.tasks, refusals, strict=True)}


def _person(record: Record) -> Person:
    owner = Owner(record.owner, record.owner_name, record.owner_email)
    return Person(record.object, record.id, owner, record.status)


def _owners(answer: Answer) -> dict[str, Person]:
    """Return the new Leads with owner and status, by id.

    {} if the query failed, because the links are worth more than their owners.
    """
    rows = composite.rows(answer) if answer.status == 200 else []
    people = (Person("Lead", str(row["Id"]), soql.owner_of(row), str(row.get("Status") or "")) for row in rows)
    return {person.id: person for person in people}
