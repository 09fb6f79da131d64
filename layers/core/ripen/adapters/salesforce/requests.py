"""What a journey wants done in Salesforce for one lead: a Task, a campaign membership, the record's owner.

Each is looked for before it is made, so that a repetition makes none twice. A converted Lead can join no campaign any more:
its Contact does. Source: Salesforce, Object Reference, "CampaignMember" (one membership for each person and campaign).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from ripen.adapters.salesforce import composite as parts
from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.salesforce.soql import Row, owner_of, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.upsert import DELETED, Task
from ripen.errors import Undeliverable
from ripen.journey.crm_request import CrmRequest
from ripen.lead.lead import CrmLink

_CAMPAIGN_ID = re.compile(r"701[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_USER = "005"
_LATELY = "CreatedDate = LAST_N_DAYS:30"


class _Person(Struct, frozen=True):
    """The Lead or Contact that it is about."""

    object: str
    id: str
    owner: str
    owner_name: str
    owner_email: str


class SalesforceRequests:
    """ports.CrmRequests, in two composite calls, or three where a campaign is to be joined."""

    def __init__(self, secrets: Secrets) -> None:
        self._line = Connection(secrets)

    def carry_out(self, link: CrmLink, crm_request: CrmRequest, due: date) -> CrmLink:
        found = {name: parts.rows(answer) for name, answer in self._call(dict(_searches(link, crm_request))).items()}
        if not found["record"]:
            raise Undeliverable(DELETED, permanent=True)
        refused = list(_lacking(crm_request, found))
        person = _person(link, found["record"][0], found.get("user", []))
        wanted = dict(_writes(person, crm_request, due, found))
        if campaign := found.get("campaign"):
            wanted |= self._membership(str(campaign[0]["Id"]), person, crm_request.status)
        answers = self._call(wanted)
        refused += [failure for answer in answers.values() if (failure := parts.refusals(answer, 1)[0])]
        if refused:
            raise min(refused, key=lambda failure: failure.permanent)  # what may pass is tried again
        return CrmLink(
            object=person.object,
            id=person.id,
            url=self._line.page(person.object, person.id),
            owner=person.owner,
            owner_name=person.owner_name,
            owner_email=person.owner_email,
        )

    def _membership(self, campaign: str, person: _Person, status: str) -> dict[str, parts.Part]:
        query = soql(
            "SELECT Id, Status FROM CampaignMember WHERE CampaignId = {} AND {:literal}Id = {}",
            campaign,
            person.object,
            person.id,
        )
        members = parts.rows(self._call({"member": parts.query(query)})["member"])
        if not members:
            return {"member": parts.join_campaign(campaign, person.id, person.object, status)}
        if status and members[0].get("Status") != status:
            return {"member": parts.update([("CampaignMember", str(members[0]["Id"]), {"Status": status})])}
        return {}

    def _call(self, wanted: Mapping[str, parts.Part]) -> dict[str, Answer]:
        if not wanted:
            return {}
        answers = self._line.composite([part | {"referenceId": name} for name, part in wanted.items()])
        return dict(zip(wanted, answers, strict=True))


def _searches(link: CrmLink, crm_request: CrmRequest) -> Iterator[tuple[str, parts.Part]]:
    converted = ", ConvertedContactId" if link.object == "Lead" else ""
    fields = f"Id, OwnerId, Owner.Name, Owner.Email{converted}"
    yield "record", parts.query(soql("SELECT {:literal} FROM {:literal} WHERE Id = {}", fields, link.object, link.id))
    if crm_request.owner:
        query = "SELECT Id, Name, Email FROM User WHERE Email = {} AND IsActive = true ORDER BY CreatedDate LIMIT 1"
        yield "user", parts.query(soql(query, crm_request.owner))
    if crm_request.task:
        query = "SELECT Id FROM Task WHERE Ripen_Key__c = {} AND {:literal} LIMIT 1"
        yield "task", parts.query(soql(query, crm_request.id, _LATELY))
    if crm_request.campaign:
        by = "Id" if _CAMPAIGN_ID.fullmatch(crm_request.campaign) else "Name"
        query = "SELECT Id FROM Campaign WHERE {:literal} = {} ORDER BY CreatedDate DESC LIMIT 1"
        yield "campaign", parts.query(soql(query, by, crm_request.campaign))


def _lacking(crm_request: CrmRequest, found: Mapping[str, list[Row]]) -> Iterator[Undeliverable]:
    if crm_request.owner and not found["user"]:
        yield Undeliverable("no active Salesforce user has this address", permanent=True)
    if crm_request.campaign and not found["campaign"]:
        yield Undeliverable("Salesforce has no such campaign", permanent=True)


def _person(link: CrmLink, record: Row, users: list[Row]) -> _Person:
    converted = record.get("ConvertedContactId")
    object, id = ("Contact", str(converted)) if converted else (link.object, link.id)
    user = {"OwnerId": users[0]["Id"], "Owner": users[0]} if users else record
    owner, name, email = owner_of(user)
    return _Person(object=object, id=id, owner=owner, owner_name=name, owner_email=email)


def _writes(
    person: _Person, crm_request: CrmRequest, due: date, found: Mapping[str, list[Row]]
) -> Iterator[tuple[str, parts.Part]]:
    if found.get("user"):
        yield "owner", parts.update([(person.object, person.id, {"OwnerId": person.owner})])
    if crm_request.task and not found["task"]:
        task = Task(key=crm_request.id, subject=crm_request.task, description="", due=due)
        owner = person.owner if person.owner.startswith(_USER) else ""  # a queue owns no Task
        yield "task", parts.create_tasks([(task, person.id, owner)])
