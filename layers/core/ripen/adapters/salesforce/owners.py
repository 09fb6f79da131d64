"""The owner of one record in Salesforce: one composite call reads it, and another one changes it with its Task.

The writes of a change are made together or not at all, so that nobody gets a Task for a record that stays another's.

Source: Salesforce, REST API Developer Guide, "Composite" (allOrNone); Object Reference, "TaskStatus".
"""

from collections.abc import Iterator, Mapping, Sequence

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.composite import Subrequest
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.merges import followed
from ripen.adapters.salesforce.soql import (
    USER_PREFIX,
    Person,
    Row,
    only_user,
    owner_of,
    record_query,
    task_query,
    user_query,
    users_query,
)
from ripen.adapters.secrets import Secrets
from ripen.crm.ownership import Handover, Held, Owner, OwnerChange, Ownership
from ripen.crm.upsert import DELETED
from ripen.crm.users import CrmUser
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink

CLOSED_STATUS = "SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder LIMIT 1"
"""The query for the first status of a closed Task."""
_ROLLED_BACK = "PROCESSING_HALTED"


class SalesforceOwners:
    """Implements ports.CrmOwners. Every method raises Undeliverable, NotConnected."""

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate)

    def find(self, link: CrmLink, user: CrmUser | None, task: str) -> Ownership:
        """Return who owns the record, that user, and whether the Task with that key exists.

        Finds the Contact instead of a Lead that was converted meanwhile, and the record that sales merged it into.
        Raises Undeliverable(permanent=True) if the record is no longer there.
        """
        queries = {"task": task_query(task)} | ({"user": user_query(user)} if user else {})
        link, found = self._select(link, queries)
        object, id, owner = _record(link, found["record"])
        return Ownership(
            object=object,
            id=id,
            owner=owner,
            user=_user(row) if (row := only_user(found.get("user", []))) else None,
            ripen=self._connection.user,
            has_task=bool(found["task"]),
        )

    def find_held(self, link: CrmLink, handover: Handover) -> Held:
        """Return who owns the record now, the former owner, and the Task if it is open.

        Finds the Contact instead of a Lead that was converted meanwhile. Raises Undeliverable(permanent=True) if the
        record is no longer there.
        """
        ripen = self._connection.user
        queries = {"task": task_query(handover.task), "users": users_query([ripen, handover.former])}
        link, found = self._select(link, queries)
        object, id, owner = _record(link, found["record"])
        users = {user.id: user for user in map(_user, found["users"])}
        queue = None if handover.former.startswith(USER_PREFIX) else Owner(handover.former, handover.former_name)
        open_tasks = [str(row["Id"]) for row in found["task"] if not row["IsClosed"]]
        return Held(
            object=object,
            id=id,
            owner=owner,
            former=users.get(handover.former, queue),
            ripen=users.get(ripen, Owner(ripen)),
            task=next(iter(open_tasks), ""),
        )

    def change(self, change: OwnerChange) -> CrmLink:
        """Set the owner, create a Task and close one, as far as the change says so; return the link with its owner."""
        parts = dict(_parts(change))
        if change.closes:
            parts["closed"] = composite.update_one("Task", change.closes, {"Status": self._closed_status()})
        answers = composite.call(self._connection, parts, all_or_none=True)
        refused = [failure for answer in answers.values() if (failure := composite.failure(answer))]
        if refused:  # of the parts that were rolled back, one has the cause
            raise min(refused, key=lambda failure: failure.reason.startswith(_ROLLED_BACK))
        return self._connection.link(Person(change.object, change.id, change.owner))

    def _select(self, link: CrmLink, queries: Mapping[str, str]) -> tuple[CrmLink, dict[str, list[Row]]]:
        """Return the link and what the queries and that for its record found, after merges if the record is gone."""
        for present in followed(self._connection, link):
            found = composite.select(self._connection, {"record": record_query(present), **queries})
            if found["record"]:
                return present, found
        raise Undeliverable(DELETED, permanent=True)

    def _closed_status(self) -> str:
        """Return the first status of a closed Task, which an administrator may have renamed. Raises Undeliverable."""
        return str(composite.select(self._connection, {"status": CLOSED_STATUS})["status"][0]["ApiName"])


def _record(link: CrmLink, rows: Sequence[Row]) -> tuple[str, str, Owner]:
    """Return object, id and owner of a link's record, or of the Contact that the Lead became."""
    if contact := rows[0].get("ConvertedContact"):
        return "Contact", str(contact["Id"]), owner_of(contact)
    return link.object, link.id, owner_of(rows[0])


def _parts(change: OwnerChange) -> Iterator[tuple[str, Subrequest]]:
    if change.sets_owner:
        yield "owner", composite.update_one(change.object, change.id, {"OwnerId": change.owner.id})
    if change.task:
        yield "task", composite.create_task(change.task, change.id, change.task_owner)


def _user(row: Row) -> Owner:
    return owner_of({"OwnerId": row["Id"], "Owner": row})
