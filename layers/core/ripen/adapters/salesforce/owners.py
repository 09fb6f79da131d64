"""The owner of one record in Salesforce: one composite call reads it, and another one changes it with its Task.

The writes of a change are made together or not at all, so that nobody gets a Task for a record that stays another's.

Source: Salesforce, REST API Developer Guide, "Composite" (allOrNone).
"""

from collections.abc import Iterator

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.composite import Subrequest
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.soql import Person, Row, owner_of, record_query, task_query, user_query
from ripen.adapters.secrets import Secrets
from ripen.crm.ownership import Owner, OwnerChange, Ownership
from ripen.crm.upsert import DELETED
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink

_ROLLED_BACK = "PROCESSING_HALTED"


class SalesforceOwners:
    """Implements ports.CrmOwners. Every method raises Undeliverable, NotConnected."""

    def __init__(self, secrets: Secrets) -> None:
        self._connection = Connection(secrets)

    def find(self, link: CrmLink, email: str, task: str) -> Ownership:
        """Return who owns the record, the user with that address, and whether the Task with that key exists.

        Finds the Contact instead of a Lead that was converted meanwhile. Raises Undeliverable(permanent=True) if the
        record is no longer there.
        """
        queries = {"record": record_query(link), "task": task_query(task)}
        if email:
            queries["user"] = user_query(email)
        found = composite.select(self._connection, queries)
        if not found["record"]:
            raise Undeliverable(DELETED, permanent=True)
        record = found["record"][0]
        contact = record.get("ConvertedContact")
        return Ownership(
            object="Contact" if contact else link.object,
            id=str(contact["Id"]) if contact else link.id,
            owner=owner_of(contact or record),
            user=next(map(_user, found.get("user", [])), None),
            ripen=self._connection.user,
            has_task=bool(found["task"]),
        )

    def change(self, change: OwnerChange) -> CrmLink:
        """Set the owner and create the Task, as far as the change has them; return the link with its owner."""
        parts = dict(_parts(change))
        answers = composite.call(self._connection, parts, all_or_none=True)
        refused = [failure for answer in answers.values() if (failure := composite.failure(answer))]
        if refused:  # of the parts that were rolled back, one has the cause
            raise min(refused, key=lambda failure: failure.reason.startswith(_ROLLED_BACK))
        return self._connection.link(Person(change.object, change.id, change.owner))


def _parts(change: OwnerChange) -> Iterator[tuple[str, Subrequest]]:
    if change.sets_owner:
        yield "owner", composite.update_one(change.object, change.id, {"OwnerId": change.owner.id})
    if change.task:
        yield "task", composite.create_task(change.task, change.id, change.task_owner)


def _user(row: Row) -> Owner:
    return owner_of({"OwnerId": row["Id"], "Owner": row})
