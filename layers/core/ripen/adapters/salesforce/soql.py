"""The SOQL queries for Leads, Contacts, Tasks and users, and their rows as values of the core."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from msgspec import Struct

from ripen.crm.crm_fields import SHORT, STANDARD, email_fits
from ripen.crm.incoming.polling import Position
from ripen.crm.ownership import Owner
from ripen.crm.upsert import DesiredRecord, Record
from ripen.crm.users import CrmUser
from ripen.lead.lead import CrmLink

Row = Mapping[str, Any]
"""A row of a query's answer, with the object's name under "attributes"."""

CAMPAIGN_ID = re.compile(r"701[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
OVERLAP = timedelta(minutes=10)
"""How far a round of a poll reaches back behind the previous one.

A transaction may run for ten minutes and then commits with the times of its start (Salesforce, Apex Developer Guide,
"Execution Governors and Limits").
"""

USER_PREFIX = "005"
_LEADS_PER_QUERY = 100
"""The addresses and keys of 200 leads would exceed the longest URL that Salesforce accepts (16 KB)."""
_IS_RECENT = "CreatedDate = LAST_N_DAYS:30"
"""A Task is searched only for a retry, so it is never older. Dates are indexed; our key on a Task cannot be."""
OWNER = ("OwnerId", "Owner.Name", "Owner.Email")
OPT_OUTS = ("HasOptedOutOfEmail", "DoNotCall")
_CONTACT = ("Id", "Ripen_Key__c", "Email", *OWNER, *OPT_OUTS, *STANDARD["Contact"])
CONVERSION = ("IsConverted", "ConvertedContactId")
_LEAD = ("Id", "Ripen_Key__c", *OWNER, "Status", *OPT_OUTS, "LastModifiedDate", *CONVERSION, *STANDARD["Lead"])
_CONVERTED = tuple(f"ConvertedContact.{name}" for name in _CONTACT)


class Person(Struct, frozen=True):
    """A Lead or Contact, by object name and id, with its owner, and the status of a Lead if it was read."""

    object: str
    id: str
    owner: Owner
    status: str = ""


def lead_queries(leads: Sequence[DesiredRecord]) -> Iterator[str]:
    """Yield at most five queries for 200 leads: for Leads with their Contacts, for Contacts, and for Tasks.

    Leads and Contacts come oldest first.
    """
    for batch in batched(leads, _LEADS_PER_QUERY, strict=False):
        for object in ("Lead", "Contact"):
            query = "SELECT {:literal} FROM {:literal} WHERE {:literal} ORDER BY CreatedDate"
            yield soql(query, _fields(batch, object), object, _matches(batch, object))
    if tasks := [lead.task.key for lead in leads if not lead.task_is_done]:
        yield soql("SELECT Ripen_Key__c FROM Task WHERE Ripen_Key__c IN {} AND {:literal}", tasks, _IS_RECENT)


def masters_query(object: str, ids: Iterable[str]) -> str:
    """Return the query for the records into which these were merged. Merged records are in the recycle bin."""
    query = "SELECT Id, MasterRecordId FROM {:literal} WHERE Id IN {} AND MasterRecordId != null"
    return soql(query, object, list(ids))


def records_query(object: str, ids: Iterable[str], leads: Iterable[DesiredRecord]) -> str:
    """Return the query for records by their ids, with the fields that these leads need."""
    return soql("SELECT {:literal} FROM {:literal} WHERE Id IN {}", _fields(leads, object), object, list(ids))


def owners_query(leads: Sequence[str]) -> str:
    """Return the query for the owners of new Leads, which the assignment rules choose, and their first status."""
    return soql("SELECT Id, {:literal} FROM Lead WHERE Ripen_Key__c IN {}", ", ".join((*OWNER, "Status")), list(leads))


def user_query(user: CrmUser) -> str:
    """Return the query for the active users found so: only one of them is the person, two are nobody.

    Users of portals and of Chatter alone own no Leads. A sandbox appends ".invalid" to the addresses of its users.
    """
    return users_found_query([user]) + " LIMIT 2"


def users_found_query(users: Sequence[CrmUser]) -> str:
    """Return the query for all active users that are found by one of these."""
    emails = [address for user in users if user.email for address in (user.email, f"{user.email}.invalid")]
    keys = {"Email": emails, "Username": [u.username for u in users if u.username], "Id": [u.id for u in users if u.id]}
    found = " OR ".join(soql("{:literal} IN {}", field, values) for field, values in keys.items() if values)
    query = "SELECT Id, Name, Email, Username FROM User WHERE ({:literal}) AND IsActive = true"
    return soql(query + " AND UserType = 'Standard'", found)


def only_user(rows: Sequence[Row]) -> Row | None:
    """Return the user that user_query found, None if there is none or more than one."""
    return rows[0] if len(rows) == 1 else None


def users_query(ids: Sequence[str]) -> str:
    """Return the query for users by id, active or not; ids of queues find nothing."""
    found = [id for id in ids if id.startswith(USER_PREFIX)]
    return soql("SELECT Id, Name, Email, IsActive FROM User WHERE Id IN {}", found)


def record_query(link: CrmLink) -> str:
    """Return the query for the record of a link: its owner, and for a Lead the Contact that it became."""
    fields = ["Id", *OWNER, "Owner.IsActive"]
    if link.object == "Lead":
        fields += ["ConvertedContactId", *(f"ConvertedContact.{name}" for name in fields)]
    return soql("SELECT {:literal} FROM {:literal} WHERE Id = {}", ", ".join(fields), link.object, link.id)


def task_query(key: str) -> str:
    """Return the query for the Task with this key, which an earlier attempt may have created."""
    return soql("SELECT Id, IsClosed FROM Task WHERE Ripen_Key__c = {} AND {:literal} LIMIT 1", key, _IS_RECENT)


def soql(query: str, *values: object) -> str:
    """Return the query with each value quoted for {}, so that no value can change the query (SOQL injection).

    {:literal} inserts a text as it is; it must not come from a person.
    """
    from simple_salesforce.format import format_soql  # takes 200 ms to import

    return str(format_soql(query, *values))


def records(rows: Iterable[Row]) -> Iterator[Record]:
    """Yield the Leads and Contacts in order, each converted Lead followed by the Contact that it became."""
    for row in rows:
        yield _record(row)
        if row.get("ConvertedContact"):
            yield _record(row["ConvertedContact"])


def is_changed(since: datetime, after: Position | None) -> str:
    """Return the condition for records that a round of a poll has yet to read, ordered by SystemModstamp and Id.

    A round begins OVERLAP before the previous one, and goes on after its position.
    """
    return is_after(after) if after else soql("SystemModstamp >= {}", since - OVERLAP)


def is_after(position: Position) -> str:
    """Return the condition for records after this one, in the order of SystemModstamp and Id."""
    at = position.changed.isoformat(timespec="milliseconds")
    return soql("(SystemModstamp > {:literal} OR (SystemModstamp = {:literal} AND Id > {}))", at, at, position.id)


def object_of(row: Row) -> str:
    """Return the name of the row's object: "Lead", "Contact", "Task"."""
    return str(row["attributes"]["type"])


def owner_of(row: Row) -> Owner:
    """Return the owner of a record."""
    owner = row.get("Owner") or {}
    name, email = str(owner.get("Name") or ""), str(owner.get("Email") or "")
    return Owner(str(row.get("OwnerId") or ""), name, email, active=owner.get("IsActive") is not False)


def person_of(link: CrmLink, record: Row, user: Row | None) -> Person:
    """Return the linked record, a Lead with the user as its owner if one is given, or the Contact that it became.

    A Contact keeps its owner (see ownership.py).
    """
    if contact := record.get("ConvertedContact"):
        return Person("Contact", str(contact["Id"]), owner_of(contact))
    owned = {"OwnerId": user["Id"], "Owner": user} if user and link.object == "Lead" else record
    return Person(link.object, link.id, owner_of(owned))


def _fields(leads: Iterable[DesiredRecord], object: str) -> str:
    """Return the fields to read: for Leads also those that the playbook maps, and those of the Contact."""
    if object == "Contact":
        return ", ".join((*_CONTACT, *SHORT))
    return ", ".join(
        dict.fromkeys(
            (*_LEAD, *SHORT, *(name for lead in leads for name in (*lead.as_lead, *lead.clears)), *_CONVERTED)
        )
    )


def _matches(leads: Iterable[DesiredRecord], object: str) -> str:
    """Return the condition for records of these leads, by our key, by address, or by the id in the lead's link."""
    leads = list(leads)
    linked = [lead.link.id for lead in leads if lead.link and lead.link.object == object]
    emails = [lead.email for lead in leads if email_fits(lead.email)]
    conditions = [
        soql("Ripen_Key__c IN {}", [lead.lead for lead in leads]),
        *([soql("Email IN {}", emails)] if emails else []),
        *([soql("Id IN {}", linked)] if linked else []),
    ]
    return " OR ".join(conditions)


def _record(row: Row) -> Record:
    object, owner = object_of(row), owner_of(row)
    return Record(
        object=object,
        id=str(row["Id"]),
        key=str(row.get("Ripen_Key__c") or ""),
        email=str(row.get("Email") or ""),
        owner=owner.id,
        owner_name=owner.name,
        owner_email=owner.email,
        status=str(row.get("Status") or ""),
        converted_to=str(row.get("ConvertedContactId") or ""),
        is_converted=bool(row.get("IsConverted")),
        modified=datetime.fromisoformat(changed) if (changed := str(row.get("LastModifiedDate") or "")) else None,
        opted_out=any(row.get(name) for name in OPT_OUTS),
        fields={name: str(value) for name, value in row.items() if _is_value(value)},
    )


def _is_value(value: object) -> bool:
    return value is not None and value != "" and not isinstance(value, dict)
