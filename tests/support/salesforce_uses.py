"""All that our code asks of Salesforce, found by running the adapters against our stand-in as an administrator."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.salesforce.members import SalesforceMembers
from ripen.adapters.salesforce.opportunities import SalesforceOpportunities
from ripen.adapters.salesforce.owners import SalesforceOwners
from ripen.adapters.salesforce.people import SalesforcePeople
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.salesforce.requests import SalesforceRequests
from ripen.adapters.salesforce.token import Token
from ripen.crm import upsert
from ripen.crm.crm_fields import Fields
from ripen.crm.ownership import acceptance, handover, owner_change, release_change
from ripen.crm.upsert import DesiredRecord, Task, Write
from ripen.crm.users import CrmUser
from ripen.journey.crm_request import CrmRequest
from ripen.lead.lead import CrmLink, Touch
from sandbox.salesforce.api import Api
from sandbox.salesforce.call import call
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.journal import Journal
from sandbox.salesforce.org import ADMINISTRATOR, Org
from sandbox.salesforce.schema import SObject, load
from sandbox.salesforce.seed import seed
from sandbox.salesforce.soql import All, Compare, Condition, Not, Some
from sandbox.salesforce.soql_parser import parse
from sandbox.salesforce.usage import Usage
from tests.support.fakes import NOON, FakeClock
from tests.support.salesforce_org import FixedSecrets, a_wish

ALICE, BOB = "alice@ripen.example", "bob@ripen.example"
DAY = date(2026, 11, 25)


@dataclass
class Uses:
    """Objects and fields by what is done to them, as ("Lead", "Email")."""

    read: set[tuple[str, str]] = field(default_factory=set)
    created: set[tuple[str, str]] = field(default_factory=set)
    updated: set[tuple[str, str]] = field(default_factory=set)

    @property
    def written(self) -> set[tuple[str, str]]:
        return self.created | self.updated


class Recorder(Connection):
    """A connection to the stand-in without HTTP, which notes each query and each field that is written."""

    def __init__(self, folder: Path) -> None:
        now = FakeClock().now
        self.org = Org(load(), Journal(folder / "records.jsonl"), Faults(), now)
        seed(self.org)
        self.uses = Uses()
        self._api = Api(self.org, Usage(now), now)

    def composite(self, subrequests: list[dict[str, Any]], all_or_none: bool = False) -> list[Answer]:
        return [self._answer(part) for part in subrequests]

    def _current_token(self) -> Token:
        return Token(access="", instance="https://acme.my.salesforce.com", user=ADMINISTRATOR)

    def _answer(self, part: dict[str, Any]) -> Answer:
        url = urlsplit(part["url"])
        if "/query" in url.path:
            self.uses.read |= reads(self.org, parse_qs(url.query)["q"])
        body = part.get("body", {})
        if "/composite/sobjects" in url.path:
            for row in body["records"]:
                self._note_row(part["method"], row["attributes"]["type"], row, url.path.endswith("/Ripen_Key__c"))
        elif "/sobjects/" in url.path:
            self._note_row(part["method"], url.path.split("/sobjects/")[1].split("/")[0], body)
        headers = {name.lower(): value for name, value in part.get("httpHeaders", {}).items()}
        asked = call(part["method"], url.path, url.query, headers, part.get("body"))
        answer = self._api.answer(asked.by(ADMINISTRATOR))
        assert answer.status < 300, answer.body
        assert not isinstance(answer.body, list) or all(row["success"] for row in answer.body), answer.body
        return Answer(answer.status, answer.body)

    def _note_row(self, method: str, object: str, row: dict[str, Any], upserted: bool = False) -> None:
        fields = {(object, name) for name in row if name.lower() not in ("attributes", "id")}
        if method == "POST" or upserted:
            self.uses.created |= fields
        if method == "PATCH":
            self.uses.updated |= fields


def reads(org: Org, queries: Iterable[str]) -> set[tuple[str, str]]:
    """Return the fields that these queries read, as ("Lead", "Email")."""
    found: set[tuple[str, str]] = set()
    for query in map(parse, queries):
        for path in (*query.paths, *_conditions(query.where), *(order.path for order in query.order)):
            found |= set(_fields(org, org.schema[query.object], path.split(".")))
    return found


def _conditions(condition: Condition) -> Iterator[str]:
    match condition:
        case All(parts) | Some(parts):
            for part in parts:
                yield from _conditions(part)
        case Not(part):
            yield from _conditions(part)
        case Compare():
            yield condition.path


def _fields(org: Org, start: SObject, path: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that a path reads: references on the way, and the last field on each object it may lead to."""
    if len(path) == 1:
        yield start.name, path[0]
        return
    relation = start.relation(path[0])
    assert relation, path
    yield start.name, relation.name
    for name in relation.referenceTo:
        if name in org.schema:
            yield from _fields(org, org.schema[name], path[1:])


def uses(folder: Path) -> Uses:
    """Run every method of our adapters, with every value that they can send."""
    recorder = Recorder(folder)
    for run in (_records, _owners, _requests, _polls):
        run(recorder)
    return recorder.uses


def _records(recorder: Recorder) -> None:
    salesforce = Salesforce(FixedSecrets({}))
    salesforce._connection = recorder
    task = Task(key="task", subject="Call", description="Reasons", due=DAY)
    new = salesforce.write([_write(1, "Lead", None)])[0].link
    assert new
    known = salesforce.find([_desired(1, new), _desired(2, _customer(recorder))]).records
    salesforce.write([_write(1 if record.key else 2, record.object, record, task) for record in known])


def _owners(recorder: Recorder) -> None:
    owners = SalesforceOwners(FixedSecrets({}))
    owners._connection = recorder
    for link in (_first_lead(recorder), _customer(recorder)):
        task = Task(key=f"accept {link.id}", subject="Call", description="Reasons", due=DAY)
        found = owners.find(link, CrmUser(email=ALICE), task.key)
        course = acceptance(found)
        owners.change(owner_change(found, course, task))
        change = handover(found, course, task.key, None)
        owners.change(release_change(owners.find_held(link, change), change))


def _requests(recorder: Recorder) -> None:
    requests = SalesforceRequests(FixedSecrets({}))
    requests._connection = recorder
    for link in (_first_lead(recorder), _customer(recorder)):
        for status in ("Sent", "Responded"):
            asked = _crm_request(f"{link.id} {status}", status)
            requests.carry_out(link, asked, DAY, CrmUser(email=asked.owner))


def _crm_request(id: str, status: str) -> CrmRequest:
    return CrmRequest(
        id=id,
        lead="lead1",
        journey="trial",
        planned=NOON,
        task="Call",
        owner=BOB,
        campaign="Spring Expo",
        status=status,
    )


def _polls(recorder: Recorder) -> None:
    members, opportunities = SalesforceMembers(FixedSecrets({})), SalesforceOpportunities(FixedSecrets({}))
    members._connection = opportunities._connection = recorder
    campaign = recorder.org.find("Campaign", "Name", "Spring Expo")[0].id
    account = recorder.org.find("Account", "Name", "既存商事株式会社")[0].id
    deal = {"Name": "Deal", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-12-24"}
    recorder.org.create(recorder.org.schema["Opportunity"], deal)
    people = SalesforcePeople(FixedSecrets({}))
    people._connection = recorder
    assert list(people.changed("Lead", NOON, None))
    assert list(people.changed("Contact", NOON, None))
    assert list(members.changed([campaign, "Spring Expo"], NOON, None))
    assert list(opportunities.changed(None, None))
    assert list(opportunities.changed(NOON, None))
    assert opportunities.open([account])[0].emails
    people.by_id("Lead", ["00QJ50000000001"])
    members.by_id([campaign], ["00vJ50000000001"])
    opportunities.by_id(["006J50000000001"])
    opportunities.contacts(["006J50000000001"])


def _first_lead(recorder: Recorder) -> CrmLink:
    return CrmLink(object="Lead", id=next(recorder.org.journal.all("Lead")).id, url="")


def _customer(recorder: Recorder) -> CrmLink:
    return CrmLink(object="Contact", id=next(recorder.org.journal.all("Contact")).id, url="")


def _desired(n: int, link: CrmLink | None) -> DesiredRecord:
    """Return a lead with every value that we know of one."""
    campaign = {f"utm_{name}": name for name in ("source", "medium", "campaign", "term", "content")}
    touch = Touch(at=NOON, url="https://example.com/", gclid="g", **campaign)
    return a_wish(n, department="営業部", first_touch=touch, lead_touch=touch, crm=link)


def _write(n: int, object: str, record: upsert.Record | None, task: Task | None = None) -> Write:
    """Return the write of every value that we have for the object."""
    desired = _desired(n, None)
    standard = desired.as_lead if object == "Lead" else desired.as_contact
    source: Fields = {} if record else {"LeadSource": desired.source}
    return Write(lead=desired.lead, object=object, record=record, fields=desired.ours | standard | source, task=task)
