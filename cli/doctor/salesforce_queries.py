"""Run the queries that the workers send to Salesforce, with values that match nothing.

Salesforce answers a query with an error if the user may not read one of its fields, and all leads of the call wait.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_rights import ASSIGN
from ripen.adapters.salesforce import members, opportunities, owners, people, soql
from ripen.adapters.salesforce import requests as crm_requests
from ripen.adapters.salesforce.connection import BASE, refusal
from ripen.adapters.salesforce.soql import Person
from ripen.adapters.salesforce.token import Token
from ripen.cause import Cause
from ripen.crm import ownership
from ripen.crm.crm_errors import cause
from ripen.crm.upsert import DesiredRecord, Task
from ripen.crm.users import CrmUser
from ripen.lead.lead import CrmLink
from ripen.words import Words

QUERIES = Check(Words("Salesforce queries", "Salesforce 問い合わせ"), Owner.SALESFORCE)
DEALS = Check(Words("Salesforce opportunities", "Salesforce 商談"), Owner.SALESFORCE)
_HIDDEN = re.compile(r"No such column '(?P<field>[^']+)' on entity '(?P<object>\w+)'")
_NO_OBJECT = re.compile(r"sObject type '(\w+)' is not supported")
_NO_FILTER = re.compile(r"field '([^']+)' can not be filtered")
_NOBODY = "nobody@example.com"
_PREFIXES = ("00Q", "003", "001", "701", "005")
_LEAD, _CONTACT, _ACCOUNT, _CAMPAIGN, _USER = (f"{prefix}000000000000" for prefix in _PREFIXES)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ENCRYPTED = Words(
    "Encrypt the field deterministically, so that it can be searched: docs/salesforce-setup.md",
    "検索できるよう、この項目は「確定的」に暗号化してください: docs/salesforce-setup.ja.md",
)


def queries(mapped: Iterable[str] = ()) -> Iterator[str]:
    """Yield the queries that every stack needs; `mapped` names the fields of `sync.fields`."""
    nobody = DesiredRecord(
        lead="none",
        created=_LONG_AGO,
        email=_NOBODY,
        link=None,
        ours={},
        as_lead=dict.fromkeys(mapped, ""),
        as_contact={},
        source="",
        task=Task(key="none", subject="", description=""),
        task_is_done=False,
    )
    yield from soql.lead_queries([nobody])
    yield soql.owners_query(["none"])
    yield soql.user_query(CrmUser(email=_NOBODY))
    yield soql.task_query("none")
    yield owners.CLOSED_STATUS
    for object, id in (("Lead", _LEAD), ("Contact", _CONTACT)):
        yield soql.record_query(CrmLink(object=object, id=id, url=""))
        yield soql.masters_query(object, [id])
        yield soql.records_query(object, [id], [nobody])
        yield people.changes_query(object, _LONG_AGO, None, _USER)


def campaign_queries() -> Iterator[str]:
    """Yield the queries of a playbook that reads or writes members of campaigns."""
    yield crm_requests.campaign_query("none")
    yield crm_requests.statuses_query(_CAMPAIGN)
    yield members.changes_query(["none"], _LONG_AGO, None)
    for object, id in (("Lead", _LEAD), ("Contact", _CONTACT)):
        yield crm_requests.member_query(_CAMPAIGN, Person(object, id, ownership.Owner()))


def opportunity_queries(marks: bool) -> Iterator[str]:
    """Yield the queries for opportunities and their leads, and with `marks` for companies with an open one."""
    yield opportunities.changes_query(None, None)
    yield opportunities.contacts_query(["006000000000000"])
    if marks:
        yield from opportunities.company_queries([_ACCOUNT])


def require_answer(answer: requests.Response) -> None:
    """Raise Undeliverable if Salesforce does not answer, or takes no calls for now: that says nothing about rights."""
    if answer.ok:
        return
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        content = None
    refused = refusal(answer.status_code, content)
    if cause(refused.reason.partition(":")[0]) not in (Cause.RIGHTS, Cause.REFUSED):
        raise refused


def run(check: Check, texts: Iterable[str], session: requests.Session, token: Token) -> Finding:
    """Run the queries, and name what the user may not read. Raises requests.RequestException, Undeliverable."""
    count = 0
    for text in texts:
        limited = text if " LIMIT " in text else f"{text} LIMIT 1"
        answer = session.get(
            f"{token.instance}{BASE}/query", params={"q": limited}, headers={"Authorization": f"Bearer {token.access}"}
        )
        require_answer(answer)
        if not answer.ok:
            return refused(check, answer.json()[0])
        count += 1
    return check.ok(Words(f"all {count} work", f"{count} 件すべて実行できます"))


def refused(check: Check, error: Mapping[str, Any]) -> Finding:
    """Return the finding of a query that Salesforce refused."""
    message = str(error.get("message", ""))
    if found := _NO_FILTER.search(message):
        return check.fail(
            Words(f"{found[1]} cannot be searched: is it encrypted?", f"{found[1]} で検索できません（暗号化項目？）"),
            _ENCRYPTED,
        )
    field, object = _HIDDEN.search(message), _NO_OBJECT.search(message)
    name = f"{field['object']}.{field['field']}" if field else object[1] if object else ""
    if name:
        return check.fail(Words(f"no right to read {name}", f"参照する権限がありません: {name}"), ASSIGN)
    reason = f"{error.get('errorCode')}: {message.splitlines()[-1] if message else ''}"
    return check.fail(Words(f"a query is refused: {reason}", f"問い合わせが拒否されました: {reason}"), ASSIGN)
