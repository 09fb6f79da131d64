"""Composite calls: the subrequests that our code sends, and what their answers say about each record.

Records are saved despite duplicate rules that only warn people, because Ripen matches records itself; rules that block
still block.

Source: Salesforce, REST API Developer Guide, "Composite" (25 subrequests, 5 of them queries or collections) and
"sObject Collections" (200 records).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ripen.adapters.salesforce.connection import BASE, Answer, Connection, refusal
from ripen.adapters.salesforce.soql import Row
from ripen.crm.crm_fields import truncate
from ripen.crm.upsert import Task, Write
from ripen.errors import Undeliverable

Subrequest = dict[str, Any]
"""One part of a composite call: method, url, body and httpHeaders."""

_COLLECTION = f"{BASE}/composite/sobjects"
_ALLOW_DUPLICATES = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
_KEEP_OWNER = {"Sforce-Auto-Assign": "FALSE"}
"""Otherwise each new score would run the assignment rules and take the record from the person who accepted it."""


def call(connection: Connection, subrequests: Mapping[str, Subrequest], all_or_none: bool = False) -> dict[str, Answer]:
    """Send the subrequests in one composite call and return the answers by the same names.

    Makes no call without subrequests. Raises Undeliverable, NotConnected.
    """
    if not subrequests:
        return {}
    answers = connection.composite([part | {"referenceId": name} for name, part in subrequests.items()], all_or_none)
    return dict(zip(subrequests, answers, strict=True))


def select(connection: Connection, queries: Mapping[str, str]) -> dict[str, list[Row]]:
    """Run SOQL queries of at most 2,000 rows in one call; return their rows by the same names. Raises Undeliverable."""
    answers = call(connection, {name: query(text) for name, text in queries.items()})
    return {name: rows(answer) for name, answer in answers.items()}


def query(soql: str, include_deleted: bool = False) -> Subrequest:
    """Return a query, including the records in the recycle bin if asked."""
    resource = "queryAll" if include_deleted else "query"
    return {"method": "GET", "url": f"{BASE}/{resource}?{urlencode({'q': soql})}"}


def upsert_leads(writes: Sequence[Write]) -> Subrequest:
    """Return the upsert of Leads by our key; the assignment rules choose the owners of new Leads."""
    records = [_record(write.object, write.fields) for write in writes]
    return _collection("PATCH", f"{_COLLECTION}/Lead/Ripen_Key__c", records, _ALLOW_DUPLICATES)


def update(records: Sequence[tuple[str, str, Mapping[str, str | int | None]]]) -> Subrequest:
    """Return the update of records (object, id, fields); it keeps their owners unless OwnerId is one of the fields.

    None makes a field blank.
    """
    typed = [_record(object, {"id": id, **fields}) for object, id, fields in records]
    return _collection("PATCH", _COLLECTION, typed, _KEEP_OWNER | _ALLOW_DUPLICATES)


def create_tasks(tasks: Sequence[tuple[Task, str, str]]) -> Subrequest:
    """Return the creation of Tasks (Task, id of the Lead or Contact, owner's id).

    With the owner "" the Task belongs to the user that the app runs as.
    """
    records = [_record("Task", _task_fields(task, person, owner)) for task, person, owner in tasks]
    return _collection("POST", _COLLECTION, records)


def create_task(task: Task, person: str, owner: str) -> Subrequest:
    """Return the creation of one Task, which an all-or-none call can roll back."""
    return {"method": "POST", "url": f"{BASE}/sobjects/Task", "body": _fields(_task_fields(task, person, owner))}


def update_one(object: str, id: str, fields: Mapping[str, str]) -> Subrequest:
    """Return the update of one record, which an all-or-none call can roll back."""
    part = {"method": "PATCH", "url": f"{BASE}/sobjects/{object}/{id}", "body": _fields(fields)}
    return part | {"httpHeaders": _KEEP_OWNER | _ALLOW_DUPLICATES}


def create_member(campaign: str, person: str, object: str, status: str) -> Subrequest:
    """Return the creation of a campaign member; the status "" is the campaign's default status."""
    fields = {"CampaignId": campaign, f"{object}Id": person} | ({"Status": status} if status else {})
    return _collection("POST", _COLLECTION, [_record("CampaignMember", fields)])


def rows(answer: Answer) -> list[Row]:
    """Return the rows of one page of a query. Raises Undeliverable."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        raise refusal(answer.status, answer.body)
    return list(answer.body["records"])


def pages(connection: Connection, first: Subrequest) -> Iterator[list[Row]]:
    """Yield the rows of a query page by page, with one call for each page. Raises Undeliverable, NotConnected."""
    page: Subrequest | None = first
    while page:
        [answer] = call(connection, {"page": page}).values()
        yield rows(answer)
        page = next_page(answer)


def next_page(answer: Answer) -> Subrequest | None:
    """Return the request for a query's next page of at most 2,000 rows; None after the last page."""
    url = answer.body.get("nextRecordsUrl") if isinstance(answer.body, dict) else None
    return {"method": "GET", "url": str(url)} if url else None


def refusals(answer: Answer, expected: int) -> list[Undeliverable | None]:
    """Return the refusal of each of the `expected` records of a collection, None for a saved record.

    Salesforce answers with a list of results, under status 200 or 400. If it refused the collection as a whole, each of
    the records was refused.
    """
    if not _has_results(answer.body, expected):
        return [refusal(answer.status, answer.body)] * expected
    return [None if row["success"] else refusal(400, row.get("errors")) for row in answer.body]


def failure(answer: Answer) -> Undeliverable | None:
    """Return the refusal of one record, None if it was saved."""
    return None if answer.status < 300 else refusal(answer.status, answer.body)


def ids(answer: Answer, expected: int) -> list[str]:
    """Return the id of each of the `expected` records of a collection, "" for a refused record."""
    if not _has_results(answer.body, expected):
        return [""] * expected
    return [str(row.get("id") or "") if row["success"] else "" for row in answer.body]


def _has_results(body: object, expected: int) -> bool:
    return isinstance(body, list) and len(body) == expected and all("success" in row for row in body)


def _record(object: str, fields: Mapping[str, str | int | None]) -> dict[str, Any]:
    return {"attributes": {"type": object}, **_fields(fields)}


def _fields(fields: Mapping[str, str | int | None]) -> dict[str, str | int | None]:
    return {name: _without_reference(value) for name, value in fields.items()}


def _task_fields(task: Task, person: str, owner: str) -> dict[str, str]:
    return (
        {
            "Ripen_Key__c": task.key,
            "Subject": truncate("Subject", task.subject),
            "Description": truncate("Description", task.description),
            "WhoId": person,
        }
        | ({"OwnerId": owner} if owner else {})
        | ({"ActivityDate": task.due.isoformat()} if task.due else {})
        | ({"Priority": "High"} if task.urgent else {})
    )


def _without_reference(value: str | int | None) -> str | int | None:
    """Return the value with a space in each "@{".

    In a composite call `@{name.field}` refers to an earlier answer and cannot be quoted. One person who types such a
    text would make Salesforce refuse the records of all others in the call.
    """
    return value.replace("@{", "@ {") if isinstance(value, str) else value


def _collection(
    method: str, url: str, records: list[dict[str, Any]], headers: Mapping[str, str] | None = None
) -> Subrequest:
    part: Subrequest = {"method": method, "url": url, "body": {"allOrNone": False, "records": records}}
    return part | {"httpHeaders": dict(headers)} if headers else part
