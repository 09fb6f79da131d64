"""The org's first records: six users (Ripen, sales, a former colleague, an administrator), a queue, and a customer."""

from typing import Any

from sandbox.salesforce import ids
from sandbox.salesforce.connected_app import USERNAME
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org

_PEOPLE = (
    ("Ripen", None, USERNAME, "ripen@ripen.example", True),
    ("Sato", "Alice", "alice@acme.example", "alice@ripen.example", True),
    ("Tanaka", "Bob", "bob@acme.example", "bob@ripen.example", True),
    ("Ito", "Carol", "carol@acme.example", "carol@ripen.example", True),
    ("Left", "Dave", "dave@acme.example", "dave@ripen.example", False),
    ("Admin", None, "admin@acme.example", "admin@ripen.example", True),
)

QUEUE = "Inbound leads"
_TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")


def seed(org: Org) -> None:
    """Fill an org that has no users yet; an org from before gets what its Setup lacks."""
    if not org.journal.count("TaskStatus"):
        _set_up(org)
    if not org.journal.count("CampaignMemberStatus"):
        for campaign in [*org.journal.all("Campaign")]:
            org.add_statuses(campaign.id)
    if org.journal.count("User"):
        return
    with org.journal.atomic():
        for last, first, username, email, active in _PEOPLE:
            _user(org, last, first, username, email, active)
        bob = org.find("User", "Email", "bob@ripen.example")[0].id
        account = org.create(org.schema["Account"], {"Name": "既存商事株式会社", "OwnerId": bob})
        customer = {"LastName": "既存", "FirstName": "花子", "Email": "existing.customer@example.co.jp"}
        org.create(org.schema["Contact"], {**customer, "AccountId": account.id, "OwnerId": bob})
        org.create(org.schema["Campaign"], {"Name": "Spring Expo", "IsActive": True, "OwnerId": bob})


def _user(org: Org, last: str, first: str | None, username: str, email: str, active: bool) -> Record:
    return org.create(
        org.schema["User"],
        {
            "LastName": last,
            "FirstName": first,
            "Username": username,
            "Email": email,
            "Alias": email.split("@")[0][:8],
            "IsActive": active,
            "TimeZoneSidKey": "Asia/Tokyo",
            "LocaleSidKey": "ja_JP",
            "LanguageLocaleKey": "ja",
            "UserPermissionsMarketingUser": username == USERNAME,
        },
    )


def _set_up(org: Org) -> None:
    """Store what only an administrator can change in Setup: a queue, and the statuses of Tasks."""
    _store(org, "Group", 1, {"Name": QUEUE, "DeveloperName": "Inbound_Leads", "Type": "Queue"})
    for n, name in enumerate(_TASK_STATUSES, 1):
        names = {"ApiName": name, "MasterLabel": name, "SortOrder": n}
        _store(org, "TaskStatus", n, {**names, "IsDefault": n == 1, "IsClosed": name == "Completed"})


def _store(org: Org, object: str, number: int, row: dict[str, Any]) -> None:
    sobject = org.schema[object]
    id = ids.make(sobject.prefix, number)
    org.journal.put(Record(id, object, {f.name: row.get(f.name) for f in sobject.fields} | {"Id": id}))
