"""The requests of a journey's crm steps in Salesforce: a Task, a campaign membership and an owner for one lead.

Each part is searched before it is created, so that a repeated request creates nothing twice. A converted Lead cannot
join a campaign any more; its Contact joins instead.

Source: Salesforce, Object Reference, "CampaignMember" (one membership per person and campaign) and
"CampaignMemberStatus".
"""

from collections.abc import Iterator, Mapping
from datetime import date

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.composite import Subrequest
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.merges import followed
from ripen.adapters.salesforce.soql import (
    CAMPAIGN_ID,
    USER_PREFIX,
    Person,
    Row,
    only_user,
    person_of,
    record_query,
    soql,
    task_query,
    user_query,
)
from ripen.adapters.secrets import Secrets
from ripen.crm.upsert import DELETED, Task
from ripen.crm.users import CrmUser
from ripen.errors import Undeliverable
from ripen.journey.crm_request import CrmRequest
from ripen.lead.lead import CrmLink


class SalesforceRequests:
    """Implements ports.CrmRequests in two composite calls, or three for a campaign membership."""

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate)

    def carry_out(self, link: CrmLink, crm_request: CrmRequest, due: date, owner: CrmUser | None) -> CrmLink:
        """Do each part of the request that is not done yet; return the link with its present owner.

        1. Find the record, the user, the Task and the campaign. Without the record nothing can be done, unless sales
           merged it into another.
        2. Find the membership, if a campaign is to be joined.
        3. Set the owner of a Lead, create the Task, and create or update the membership. The Task of a Contact, which
           keeps its owner, is for the user.

        Raises Undeliverable if a part was refused, after the other parts were done. With several refusals it raises one
        that a retry may help.
        """
        link, found = self._find(link, crm_request, owner)
        user = only_user(found.get("user", []))
        person = person_of(link, found["record"][0], user)
        task = Task(key=crm_request.id, subject=crm_request.task, description="", due=due)
        has_task = not crm_request.task or bool(found["task"])
        wanted = dict(_writes(person, user, None if has_task else task))
        failures = [*_not_found(crm_request, found)]
        if campaign := found.get("campaign"):
            match self._membership(str(campaign[0]["Id"]), person, crm_request):
                case Undeliverable() as unknown:
                    failures.append(unknown)
                case part:
                    wanted |= part
        answers = composite.call(self._connection, wanted)
        failures += [failure for answer in answers.values() if (failure := composite.refusals(answer, 1)[0])]
        if failures:
            raise min(failures, key=lambda failure: failure.permanent)
        return self._connection.link(person)

    def _find(
        self, link: CrmLink, crm_request: CrmRequest, owner: CrmUser | None
    ) -> tuple[CrmLink, dict[str, list[Row]]]:
        """Return the link and what the queries found, after merges if the record is gone. Raises Undeliverable."""
        for present in followed(self._connection, link):
            found = composite.select(self._connection, dict(_queries(present, crm_request, owner)))
            if found["record"]:
                return present, found
        raise Undeliverable(DELETED, permanent=True)

    def _membership(
        self, campaign: str, person: Person, crm_request: CrmRequest
    ) -> dict[str, Subrequest] | Undeliverable:
        """Return the request that creates the membership or changes its status; {} if neither is needed.

        Salesforce gives a member the default status instead of one that the campaign does not have, so it is refused
        here.
        """
        status = crm_request.status
        statuses = {"statuses": statuses_query(campaign)} if status else {}
        found = composite.select(self._connection, {"member": member_query(campaign, person), **statuses})
        labels = {str(row["Label"]).casefold(): str(row["Label"]) for row in found.get("statuses", ())}
        if status and status.casefold() not in labels:
            has = ", ".join(labels.values())
            return Undeliverable(f"the campaign has no member status {status!r}; it has {has}", permanent=True)
        members, status = found["member"], labels.get(status.casefold(), "")
        if not members:
            return {"member": composite.create_member(campaign, person.id, person.object, status)}
        if status and _gives_way(str(members[0].get("Status") or ""), status, crm_request.replaces):
            return {"member": composite.update([("CampaignMember", str(members[0]["Id"]), {"Status": status})])}
        return {}


def campaign_query(campaign: str) -> str:
    """Return the query for the campaign with this id, or the newest with this name."""
    field = "Id" if CAMPAIGN_ID.fullmatch(campaign) else "Name"
    query = "SELECT Id FROM Campaign WHERE {:literal} = {} ORDER BY CreatedDate DESC LIMIT 1"
    return soql(query, field, campaign)


def member_query(campaign: str, person: Person) -> str:
    """Return the query for the person's membership of the campaign."""
    query = "SELECT Id, Status FROM CampaignMember WHERE CampaignId = {} AND {:literal}Id = {}"
    return soql(query, campaign, person.object, person.id)


def statuses_query(campaign: str) -> str:
    """Return the query for the member statuses of the campaign."""
    return soql("SELECT Label FROM CampaignMemberStatus WHERE CampaignId = {} ORDER BY SortOrder", campaign)


def _gives_way(present: str, status: str, replaces: tuple[str, ...] | None) -> bool:
    """Return whether the member's present status is replaced by this one."""
    if present == status:
        return False
    return replaces is None or present.casefold() in {"", *(each.casefold() for each in replaces)}


def _queries(link: CrmLink, crm_request: CrmRequest, owner: CrmUser | None) -> Iterator[tuple[str, str]]:
    yield "record", record_query(link)
    if owner:
        yield "user", user_query(owner)
    if crm_request.task:
        yield "task", task_query(crm_request.id)
    if crm_request.campaign:
        yield "campaign", campaign_query(crm_request.campaign)


def _not_found(crm_request: CrmRequest, found: Mapping[str, list[Row]]) -> Iterator[Undeliverable]:
    if "user" in found and not only_user(found["user"]):
        yield Undeliverable("no active Salesforce user, or more than one, has this address", permanent=True)
    if crm_request.campaign and not found["campaign"]:
        yield Undeliverable("Salesforce has no such campaign", permanent=True)


def _writes(person: Person, user: Row | None, task: Task | None) -> Iterator[tuple[str, Subrequest]]:
    """Yield the requests that set the owner and create the Task."""
    if user and person.object == "Lead":
        yield "owner", composite.update([("Lead", person.id, {"OwnerId": person.owner.id})])
    if task:
        owner = str(user["Id"]) if user else person.owner.id
        a_user = owner if owner.startswith(USER_PREFIX) else ""  # a queue cannot own a Task
        yield "task", composite.create_tasks([(task, person.id, a_user)])
