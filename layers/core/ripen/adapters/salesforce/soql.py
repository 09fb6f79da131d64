"""What we ask Salesforce in SOQL, and its rows as our records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from ripen.crm.crm_fields import STANDARD
from ripen.crm.upsert import DesiredRecord, Record
from ripen.lead.lead import CrmLink

Row = Mapping[str, Any]
Owner = tuple[str, str, str]
"""Id, name and address; "" where there is none."""

_IN_ONE_QUERY = 100
"""Addresses and keys of 200 leads would make a query longer than Salesforce takes in one address (16 KB)."""
_LATELY = "CreatedDate = LAST_N_DAYS:30"
"""A Task is searched only after a crash, which is never so long ago; dates are indexed, our key on a Task cannot be."""
_CONTACT = ("Id", "Ripen_Key__c", "Email", "OwnerId", "Owner.Name", "Owner.Email", *STANDARD["Contact"])
_LEAD = ("Id", "Ripen_Key__c", "OwnerId", "Owner.Name", "Owner.Email", "ConvertedContactId", *STANDARD["Lead"])
_CONVERTED = tuple(f"ConvertedContact.{name}" for name in _CONTACT)


def searches(leads: Sequence[DesiredRecord]) -> Iterator[str]:
    """At most five queries for 200 leads: Leads with the Contacts they became, Contacts, Tasks. Oldest first."""
    for some in batched(leads, _IN_ONE_QUERY, strict=False):
        for object, fields in (("Lead", _LEAD + _CONVERTED), ("Contact", _CONTACT)):
            yield soql(
                "SELECT {:literal} FROM {:literal} WHERE {:literal} ORDER BY CreatedDate",
                ", ".join(fields),
                object,
                _sought(some, object),
            )
    if tasks := [lead.task.key for lead in leads if not lead.task_is_done]:
        yield soql("SELECT Ripen_Key__c FROM Task WHERE Ripen_Key__c IN {} AND {:literal}", tasks, _LATELY)


def owners(leads: Sequence[str]) -> str:
    """Who got the Leads just made: the assignment rules know, we do not."""
    return soql("SELECT Id, OwnerId, Owner.Name, Owner.Email FROM Lead WHERE Ripen_Key__c IN {}", list(leads))


def accept_searches(link: CrmLink, owner_email: str, task: str) -> tuple[str, str, str]:
    """The new owner, the record, and the Task that an earlier attempt may have made."""
    converted = ", ConvertedContactId" if link.object == "Lead" else ""
    return (
        soql(
            "SELECT Id, Name, Email FROM User WHERE Email = {} AND IsActive = true ORDER BY CreatedDate LIMIT 1",
            owner_email,
        ),
        soql("SELECT Id{:literal} FROM {:literal} WHERE Id = {}", converted, link.object, link.id),
        soql("SELECT Id FROM Task WHERE Ripen_Key__c = {} AND {:literal} LIMIT 1", task, _LATELY),
    )


def soql(query: str, *values: object) -> str:
    """The query with its values quoted, so that none of them can say anything else."""
    from simple_salesforce.format import format_soql  # 200 ms: only who asks pays

    return str(format_soql(query, *values))


def records(rows: Iterable[Row]) -> Iterator[Record]:
    """Leads and Contacts, in order; a converted Lead is followed by the Contact it became."""
    for row in rows:
        yield _record(row)
        if row.get("ConvertedContact"):
            yield _record(row["ConvertedContact"])


def object_of(row: Row) -> str:
    return str(row["attributes"]["type"])


def owner_of(row: Row) -> Owner:
    """A queue has an id and a name too."""
    owner = row.get("Owner") or {}
    return str(row.get("OwnerId") or ""), str(owner.get("Name") or ""), str(owner.get("Email") or "")


def _sought(leads: Iterable[DesiredRecord], object: str) -> str:
    leads = list(leads)
    linked = [lead.link.id for lead in leads if lead.link and lead.link.object == object]
    either = [
        soql("Ripen_Key__c IN {}", [lead.lead for lead in leads]),
        soql("Email IN {}", [lead.email for lead in leads]),
        *([soql("Id IN {}", linked)] if linked else []),
    ]
    return " OR ".join(either)


def _record(row: Row) -> Record:
    object = object_of(row)
    owner, owner_name, owner_email = owner_of(row)
    return Record(
        object=object,
        id=str(row["Id"]),
        key=str(row.get("Ripen_Key__c") or ""),
        email=str(row.get("Email") or ""),
        owner=owner,
        owner_name=owner_name,
        owner_email=owner_email,
        converted_to=str(row.get("ConvertedContactId") or ""),
        fields={name: str(row[name]) for name in STANDARD[object] if row.get(name)},
    )
