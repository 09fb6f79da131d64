"""Salesforce's Leads, Contacts and Tasks: read in one composite call and written in another, for up to 200 leads.

A composite call takes at most 5 queries and collections, a collection at most 200 records (Salesforce, REST API
Developer Guide, "Composite" and "sObject Collections").
"""

from collections.abc import Mapping, Sequence

from ripen.adapters.salesforce import composite as parts
from ripen.adapters.salesforce import soql
from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.secrets import Secrets
from ripen.crm.api_usage import ApiUsage
from ripen.crm.upsert import CrmState, DesiredRecord, Task, Write, WriteResult
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink

Owners = Mapping[str, soql.Owner]


class Salesforce:
    """What score.sync (ports.CrmRecords) and notify.act (ports.CrmOwners) ask of Salesforce. Raises Undeliverable where
    a call failed as a whole, NotConnected where an administrator has to act."""

    def __init__(self, secrets: Secrets) -> None:
        self._line = Connection(secrets)

    @property
    def usage(self) -> ApiUsage | None:
        return self._line.usage

    def find(self, leads: Sequence[DesiredRecord]) -> CrmState:
        """The records that may stand for these leads (at most 200), and the Tasks already made for them."""
        answers = self._call({f"q{n}": parts.query(text) for n, text in enumerate(soql.searches(leads))})
        rows = [row for answer in answers.values() for row in self._rows(answer)]
        people = soql.records(row for row in rows if soql.object_of(row) != "Task")
        return CrmState(
            records=tuple({record.id: record for record in people}.values()),
            tasks=frozenset(str(row["Ripen_Key__c"]) for row in rows if soql.object_of(row) == "Task"),
        )

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        """Make or change the records of these leads (at most 200), each for itself; what became of each, in order."""
        new = [write for write in writes if write.record is None]
        known = sorted((write for write in writes if write.record), key=lambda write: write.object)
        tasks = [(write, write.task, write.record) for write in known if write.task and write.record]
        wanted: dict[str, parts.Part] = {}
        if new:
            wanted["new"] = parts.upsert(new)
            wanted["owners"] = parts.query(soql.owners([write.lead for write in new]))
        if known:
            wanted["known"] = parts.update([(w.object, w.record.id, w.fields) for w in known if w.record])
        if tasks:
            wanted["tasks"] = parts.create_tasks([(task, record.id, record.owner) for _, task, record in tasks])
        answers = self._call(wanted)
        results = self._new(new, answers) | self._known(known, answers)
        if tasks:
            refusals = parts.refusals(answers["tasks"], len(tasks))
            for (write, _, _), refused in zip(tasks, refusals, strict=True):
                so_far = results[write.lead]
                results[write.lead] = WriteResult(link=so_far.link, refused=so_far.refused or refused)
        return [results[write.lead] for write in writes]

    def accept(self, link: CrmLink, owner_email: str, task_key: str, subject: str, description: str) -> CrmLink:
        """See ports.CrmOwners. A Lead that was converted meanwhile is accepted as the Contact it became."""
        searches = soql.accept_searches(link, owner_email, task_key)
        answers = self._call({f"q{n}": parts.query(text) for n, text in enumerate(searches)})
        users, records, tasks = map(parts.rows, answers.values())
        if not users:
            raise Undeliverable("no active Salesforce user has this address", permanent=True)
        if not records:
            raise Undeliverable("the record is no longer in Salesforce", permanent=True)
        converted = records[0].get("ConvertedContactId")
        object, id = ("Contact", str(converted)) if converted else (link.object, link.id)
        owner = str(users[0]["Id"])
        wanted = {"owner": parts.update([(object, id, {"OwnerId": owner})])}
        if not tasks:
            task = Task(key=task_key, subject=subject, description=description)
            wanted["task"] = parts.create_tasks([(task, id, owner)])
        for answer in self._call(wanted).values():
            if refused := parts.refusals(answer, 1)[0]:
                raise refused
        return self._link(object, id, (owner, str(users[0].get("Name") or ""), str(users[0].get("Email") or "")))

    def _rows(self, answer: Answer) -> list[soql.Row]:
        """The rows of a query, those on further pages too."""
        rows = parts.rows(answer)
        while page := parts.next_page(answer):
            [answer] = self._call({"page": page}).values()
            rows += parts.rows(answer)
        return rows

    def _call(self, wanted: Mapping[str, parts.Part]) -> dict[str, Answer]:
        if not wanted:
            return {}
        answers = self._line.composite([part | {"referenceId": name} for name, part in wanted.items()])
        return dict(zip(wanted, answers, strict=True))

    def _new(self, writes: Sequence[Write], answers: Mapping[str, Answer]) -> dict[str, WriteResult]:
        if not writes:
            return {}
        ids = parts.ids(answers["new"], len(writes))
        refusals = parts.refusals(answers["new"], len(writes))
        owners = _owners(answers["owners"])
        return {
            write.lead: WriteResult(
                link=self._link("Lead", id, owners.get(id, ("", "", ""))) if id else None, refused=refused
            )
            for write, id, refused in zip(writes, ids, refusals, strict=True)
        }

    def _known(self, writes: Sequence[Write], answers: Mapping[str, Answer]) -> dict[str, WriteResult]:
        if not writes:
            return {}
        refusals = parts.refusals(answers["known"], len(writes))
        return {
            write.lead: WriteResult(
                link=self._link(record.object, record.id, (record.owner, record.owner_name, record.owner_email)),
                refused=refused,
            )
            for write, refused in zip(writes, refusals, strict=True)
            if (record := write.record)
        }

    def _link(self, object: str, id: str, owner: soql.Owner) -> CrmLink:
        user, name, email = owner
        url = self._line.page(object, id)
        return CrmLink(object=object, id=id, url=url, owner=user, owner_name=name, owner_email=email)


def _owners(answer: Answer) -> Owners:
    """By record. Not knowing an owner yet is no reason to lose the record's link."""
    return {str(row["Id"]): soql.owner_of(row) for row in parts.rows(answer)} if answer.status == 200 else {}
