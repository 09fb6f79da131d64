"""A journey's requests to Salesforce, against our stand-in over TLS: each is done once, even if it is repeated."""

import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from socket import create_server
from typing import Any

import httpx
import pytest

from ripen.adapters.salesforce.requests import SalesforceRequests
from ripen.adapters.secrets import Secrets
from ripen.crm.users import CrmUser
from ripen.errors import NotConnected, Undeliverable
from ripen.journey.crm_request import CrmRequest
from ripen.lead.lead import CrmLink
from sandbox.certificates import certificate
from sandbox.salesforce.app import build
from sandbox.salesforce.connected_app import connected_app
from sandbox.server import Server
from tests.support.fakes import NOON, FakeClock

BASE = "/services/data/v62.0"
DAY = date(2026, 11, 25)


class Org:
    """The stand-in, as an administrator sees it."""

    def __init__(self, url: str, folder: Path, authorities: Path, web: httpx.Client) -> None:
        self.url, self.folder, self.authorities, self.web = url, folder, authorities, web
        self.secret = connected_app(folder).secret(url)

    def reset(self) -> None:
        self.web.headers.pop("Authorization", None)
        assert self.web.post("/_control/reset").status_code == 204
        token = self.web.post("/_control/session").json()["access_token"]
        self.web.headers["Authorization"] = f"Bearer {token}"

    def create(self, object: str, **fields: Any) -> str:
        answer = self.web.post(f"{BASE}/sobjects/{object}/", json=fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def rows(self, soql: str) -> list[dict[str, Any]]:
        answer = self.web.get(f"{BASE}/query/", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return [{k: v for k, v in row.items() if k != "attributes"} for row in answer.json()["records"]]

    def lead(self, **fields: Any) -> CrmLink:
        id = self.create("Lead", **({"LastName": "山田", "Company": "みどり物流"} | fields))
        return CrmLink(object="Lead", id=id, url="")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    folder = tmp_path_factory.mktemp("salesforce")
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tls, url = certificate(folder), f"https://127.0.0.1:{port}"
    server = Server(build(folder / "org", FakeClock().now, url), port, tls.chain)
    server.start()
    trust = ssl.create_default_context(cafile=str(tls.authorities))
    with httpx.Client(base_url=url, verify=trust, timeout=10) as web:
        yield Org(url, folder / "org", tls.authorities, web)
    server.stop()


@pytest.fixture
def org(served: Org, monkeypatch: pytest.MonkeyPatch) -> Org:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.authorities))
    served.reset()
    return served


@pytest.fixture
def crm_requests(org: Org) -> SalesforceRequests:
    class Known(Secrets):
        def all(self, fresh: bool = False) -> dict[str, Any]:
            return {"salesforce": org.secret}

    return SalesforceRequests(Known("secret"))


def a_crm_request(**changes: Any) -> CrmRequest:
    known: dict[str, Any] = {"id": "e" * 26, "lead": "lead1", "journey": "trial", "planned": NOON}
    return CrmRequest(**(known | changes))


def carry_out(crm_requests: SalesforceRequests, link: CrmLink, request: CrmRequest) -> CrmLink:
    owner = CrmUser(email=request.owner) if request.owner else None
    return crm_requests.carry_out(link, request, DAY, owner)


def members(org: Org) -> list[dict[str, Any]]:
    return org.rows("SELECT LeadId, ContactId, Status FROM CampaignMember")


def refusal(crm_requests: SalesforceRequests, link: CrmLink, **asked: Any) -> Undeliverable:
    with pytest.raises(Undeliverable) as caught:
        carry_out(crm_requests, link, a_crm_request(**asked))
    return caught.value


def test_task_is_created_once_for_the_owner_with_its_due_date(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    for _ in range(2):
        owned = carry_out(crm_requests, link, a_crm_request(task="資料の感想を聞く"))
    [task] = org.rows("SELECT Subject, WhoId, OwnerId, ActivityDate, Ripen_Key__c FROM Task")
    assert task == {
        "Subject": "資料の感想を聞く",
        "WhoId": link.id,
        "OwnerId": owned.owner,
        "ActivityDate": "2026-11-25",
        "Ripen_Key__c": "e" * 26,
    }


def test_owner_is_found_by_username(org: Org, crm_requests: SalesforceRequests) -> None:
    [bob] = org.rows("SELECT Id, Username FROM User WHERE Name = 'Bob Tanaka'")
    user = CrmUser(username=bob["Username"])
    owned = crm_requests.carry_out(org.lead(), a_crm_request(owner="bob@elsewhere.example"), DAY, user)
    assert owned.owner == bob["Id"]


def test_owner_is_set_and_returned_with_the_link(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    owned = carry_out(crm_requests, link, a_crm_request(owner="bob@ripen.example", task="架電"))
    [lead] = org.rows("SELECT OwnerId, Owner.Name FROM Lead")
    [task] = org.rows("SELECT OwnerId FROM Task")
    assert (owned.owner, owned.owner_name) == (lead["OwnerId"], "Bob Tanaka")
    assert owned.owner_email == "bob@ripen.example"
    assert task["OwnerId"] == owned.owner
    assert owned.url == f"{org.url}/lightning/r/Lead/{link.id}/view"


@pytest.mark.parametrize("by_name", [True, False])
def test_campaign_is_joined_once_and_its_status_is_updated(
    org: Org, crm_requests: SalesforceRequests, by_name: bool
) -> None:
    campaign = org.create("Campaign", Name="春のウェビナー '26")
    link, named = org.lead(), "春のウェビナー '26" if by_name else campaign
    for status in ("Sent", "Sent", "Responded"):
        carry_out(crm_requests, link, a_crm_request(campaign=named, status=status))
    assert members(org) == [{"LeadId": link.id, "ContactId": None, "Status": "Responded"}]


def test_a_status_that_the_campaign_does_not_have_is_refused_and_the_rest_is_done(
    org: Org, crm_requests: SalesforceRequests
) -> None:
    org.create("Campaign", Name="春")
    link = org.lead()

    refused = refusal(crm_requests, link, campaign="春", status="Attended", task="架電")

    assert refused.permanent
    assert refused.reason == "the campaign has no member status 'Attended'; it has Sent, Responded"
    assert (members(org), len(org.rows("SELECT Id FROM Task"))) == ([], 1)


def test_a_status_is_found_in_any_letter_case(org: Org, crm_requests: SalesforceRequests) -> None:
    org.create("Campaign", Name="春")
    carry_out(crm_requests, org.lead(), a_crm_request(campaign="春", status="responded"))
    assert [member["Status"] for member in members(org)] == ["Responded"]


@pytest.mark.parametrize(
    ("present", "status"), [("Sent", "Responded"), ("Attended", "Attended"), ("Responded", "Responded")]
)
def test_a_status_of_a_map_replaces_only_those_before_it(
    present: str, status: str, org: Org, crm_requests: SalesforceRequests
) -> None:
    campaign, link = org.create("Campaign", Name="春"), org.lead()
    org.create("CampaignMemberStatus", CampaignId=campaign, Label="Attended", SortOrder=3)
    org.create("CampaignMember", CampaignId=campaign, LeadId=link.id, Status=present)

    carry_out(crm_requests, link, a_crm_request(campaign="春", status="Responded", replaces=("Sent",)))

    assert [member["Status"] for member in members(org)] == [status]


def test_request_without_a_status_uses_the_default_and_keeps_a_later_one(
    org: Org, crm_requests: SalesforceRequests
) -> None:
    org.create("Campaign", Name="春")
    link = org.lead()
    carry_out(crm_requests, link, a_crm_request(campaign="春"))
    carry_out(crm_requests, link, a_crm_request(campaign="春", status="Responded"))
    carry_out(crm_requests, link, a_crm_request(campaign="春"))
    assert [member["Status"] for member in members(org)] == ["Responded"]


def test_converted_lead_is_followed_to_its_contact(org: Org, crm_requests: SalesforceRequests) -> None:
    org.create("Campaign", Name="春")
    link = org.lead()
    contact = org.web.post("/_control/convert", json={"lead": link.id}).json()["ConvertedContactId"]
    owned = carry_out(crm_requests, link, a_crm_request(campaign="春", task="架電", owner="bob@ripen.example"))
    assert (owned.object, owned.id) == ("Contact", contact)
    assert members(org) == [{"LeadId": None, "ContactId": contact, "Status": "Sent"}]
    assert [task["WhoId"] for task in org.rows("SELECT WhoId FROM Task")] == [contact]


def test_contact_keeps_its_owner_and_the_user_gets_the_task(org: Org, crm_requests: SalesforceRequests) -> None:
    [contact] = org.rows("SELECT Id, OwnerId, Owner.Email FROM Contact")
    [alice] = org.rows("SELECT Id FROM User WHERE Email = 'alice@ripen.example'")
    link = CrmLink(object="Contact", id=contact["Id"], url="")
    owned = carry_out(crm_requests, link, a_crm_request(owner="alice@ripen.example", task="架電"))
    assert (owned.owner, owned.owner_email) == (contact["OwnerId"], "bob@ripen.example")
    assert org.rows("SELECT OwnerId FROM Contact") == [{"OwnerId": contact["OwnerId"]}]
    assert org.rows("SELECT OwnerId FROM Task") == [{"OwnerId": alice["Id"]}]


def test_salesforce_refuses_a_converted_lead_as_a_member(org: Org) -> None:
    campaign, link = org.create("Campaign", Name="春"), org.lead()
    org.web.post("/_control/convert", json={"lead": link.id})
    answer = org.web.post(f"{BASE}/sobjects/CampaignMember/", json={"CampaignId": campaign, "LeadId": link.id})
    assert answer.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"owner": "nobody@ripen.example"}, "no active Salesforce user, or more than one, has this address"),
        ({"owner": "dave@ripen.example"}, "no active Salesforce user, or more than one, has this address"),
        ({"campaign": "no such"}, "Salesforce has no such campaign"),
        ({"campaign": "701000000000000AAA"}, "Salesforce has no such campaign"),
    ],
)
def test_missing_user_or_campaign_is_refused_and_the_rest_is_done(
    org: Org, crm_requests: SalesforceRequests, asked: dict[str, str], reason: str
) -> None:
    failure = refusal(crm_requests, org.lead(), task="架電", **asked)
    assert (failure.reason, failure.permanent) == (reason, True)
    assert len(org.rows("SELECT Id FROM Task")) == 1


def test_deleted_record_is_refused_for_good(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    org.web.delete(f"{BASE}/sobjects/Lead/{link.id}")
    assert refusal(crm_requests, link, task="架電").permanent


def test_temporary_refusal_outweighs_a_permanent_one(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    org.web.post("/_control/faults", json={"mode": "lock_row", "count": 1})
    failure = refusal(crm_requests, link, task="架電", campaign="no such")
    assert not failure.permanent
    assert failure.reason.startswith("UNABLE_TO_LOCK_ROW")


def test_text_of_a_marketer_cannot_change_a_query(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    hostile = "x' OR Name != '"
    org.create("Campaign", Name="春")
    assert refusal(crm_requests, link, campaign=hostile).reason == "Salesforce has no such campaign"
    carry_out(crm_requests, link, a_crm_request(task="@{record.Id} ' \\ を確認"))
    assert [task["Subject"] for task in org.rows("SELECT Subject FROM Task")] == ["@ {record.Id} ' \\ を確認"]


def test_missing_connection_needs_an_administrator(org: Org, crm_requests: SalesforceRequests) -> None:
    link = org.lead()
    org.secret = {}
    try:
        with pytest.raises(NotConnected):
            carry_out(crm_requests, link, a_crm_request(task="x"))
    finally:
        org.secret = connected_app(org.folder).secret(org.url)


def test_request_about_a_record_that_sales_merged_is_carried_out_on_the_one_that_was_kept(
    org: Org, crm_requests: SalesforceRequests
) -> None:
    link, kept = org.lead(Ripen_Key__c="lead1"), org.lead()
    assert org.web.post("/_control/merge", json={"object": "Lead", "kept": kept.id, "merged": link.id}).is_success

    new_link = carry_out(crm_requests, link, a_crm_request(task="電話する"))

    assert new_link.id == kept.id
    assert [task["WhoId"] for task in org.rows("SELECT WhoId FROM Task")] == [kept.id]
