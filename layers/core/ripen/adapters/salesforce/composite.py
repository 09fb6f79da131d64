"""The parts of a composite call: queries and collections, and what their answers say about each record.

Duplicate rules that only warn people are overruled, for we match and follow records ourselves; rules that block stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ripen.adapters.salesforce.connection import BASE, Answer, Connection, refusal
from ripen.adapters.salesforce.soql import Row
from ripen.crm.crm_fields import fit_in
from ripen.crm.upsert import Task, Write
from ripen.errors import Undeliverable

Part = dict[str, Any]

_WARNINGS_PASS = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
_OWNER_STAYS = {"Sforce-Auto-Assign": "FALSE"}
"""Else each new score would run the assignment rules, and take the record from the person who accepted it."""


def query(soql: str, deleted: bool = False) -> Part:
    """`deleted`: those in the recycle bin too."""
    return {"method": "GET", "url": f"{BASE}/{'queryAll' if deleted else 'query'}?{urlencode({'q': soql})}"}


def upsert(writes: Sequence[Write]) -> Part:
    """Leads found by our key, or made: a repetition makes no second one. The assignment rules choose their owners."""
    rows = [_typed(write.object, write.fields) for write in writes]
    return _collection("PATCH", f"{BASE}/composite/sobjects/Lead/Ripen_Key__c", rows, _WARNINGS_PASS)


def update(rows: Sequence[tuple[str, str, Mapping[str, str | int]]]) -> Part:
    """Records (object, id, fields) as they shall stand; their owners stay unless OwnerId is among the fields."""
    typed = [_typed(object, {"id": id, **fields}) for object, id, fields in rows]
    return _collection("PATCH", f"{BASE}/composite/sobjects", typed, _OWNER_STAYS | _WARNINGS_PASS)


def create_tasks(tasks: Sequence[tuple[Task, str, str]]) -> Part:
    """Tasks about a person (Lead or Contact id), for an owner; "" is whoever we are."""
    rows = [
        _typed(
            "Task",
            {
                "Ripen_Key__c": task.key,
                "Subject": fit_in("Subject", task.subject),
                "Description": fit_in("Description", task.description),
                "WhoId": who,
            }
            | ({"OwnerId": owner} if owner else {})
            | ({"ActivityDate": task.due.isoformat()} if task.due else {}),
        )
        for task, who, owner in tasks
    ]
    return _collection("POST", f"{BASE}/composite/sobjects", rows, {})


def join_campaign(campaign: str, who: str, object: str, status: str) -> Part:
    """A new membership; "" is the campaign's own first status."""
    fields = {"CampaignId": campaign, f"{object}Id": who} | ({"Status": status} if status else {})
    return _collection("POST", f"{BASE}/composite/sobjects", [_typed("CampaignMember", fields)], {})


def rows(answer: Answer) -> list[Row]:
    """The rows of a query. Raises Undeliverable."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        raise refusal(answer.status, answer.body)
    return list(answer.body["records"])


def pages(line: Connection, first: Part) -> Iterator[list[Row]]:
    """The rows of a query, page by page, each in a call of its own. Raises Undeliverable, NotConnected."""
    page: Part | None = first
    while page:
        [answer] = line.composite([page | {"referenceId": "page"}])
        yield rows(answer)
        page = next_page(answer)


def next_page(answer: Answer) -> Part | None:
    """Salesforce gives at most 2,000 rows at once, and says where the next are."""
    url = answer.body.get("nextRecordsUrl") if isinstance(answer.body, dict) else None
    return {"method": "GET", "url": str(url)} if url else None


def refusals(answer: Answer, expected: int) -> list[Undeliverable | None]:
    """What was refused, record by record, None for those that stand. Salesforce answers such a list with 200 or 400;
    where it refused the collection as a whole, each of its records was."""
    if not _is_by_record(answer.body, expected):
        return [refusal(answer.status, answer.body)] * expected
    return [None if row["success"] else refusal(400, row.get("errors")) for row in answer.body]


def ids(answer: Answer, expected: int) -> list[str]:
    """The ids of the records that stand, "" for those that were refused."""
    if not _is_by_record(answer.body, expected):
        return [""] * expected
    return [str(row.get("id") or "") if row["success"] else "" for row in answer.body]


def _is_by_record(body: object, expected: int) -> bool:
    return isinstance(body, list) and len(body) == expected and all("success" in row for row in body)


def _typed(object: str, fields: Mapping[str, str | int]) -> dict[str, Any]:
    return {"attributes": {"type": object}, **{name: _inert(value) for name, value in fields.items()}}


def _inert(value: str | int) -> str | int:
    """In a composite call `@{name.field}` stands for an earlier answer, and cannot be quoted: typed by one person, it
    would have the records of all others in the call refused."""
    return value.replace("@{", "@ {") if isinstance(value, str) else value


def _collection(method: str, url: str, records: list[dict[str, Any]], headers: dict[str, str]) -> Part:
    part: Part = {"method": method, "url": url, "body": {"allOrNone": False, "records": records}}
    return part | {"httpHeaders": headers} if headers else part
