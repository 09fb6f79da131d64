"""Who changed among the members of Salesforce's campaigns, against our stand-in, over TLS."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ripen.adapters.salesforce.members import SalesforceMembers
from ripen.crm.membership import Member
from ripen.errors import NotConnected
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import FixedSecrets, Org, TwoPages, ask, create, token


@pytest.fixture
def members(org: Org) -> SalesforceMembers:
    return SalesforceMembers(FixedSecrets(connected_app(org.folder).secret(org.url)))


def made(org: Org, object: str, *rows: dict[str, Any]) -> list[str]:
    before = {row["Id"] for row in ask(org, f"SELECT Id FROM {object}")}  # noqa: S608
    create(org, [{"attributes": {"type": object}} | row for row in rows])
    return [row["Id"] for row in ask(org, f"SELECT Id FROM {object} ORDER BY CreatedDate, Id") if row["Id"] not in before]  # noqa: S608  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


def people(org: Org, *emails: str) -> list[str]:
    return made(org, "Lead", *({"LastName": "山田", "Company": "A", "Email": email} for email in emails))


def changed(members: SalesforceMembers, *campaigns: str, since: timedelta = timedelta()) -> list[Member]:
    return [member for page in members.changed(campaigns, now() + since) for member in page]


def test_members_of_the_named_campaigns_come_with_who_they_are(org: Org, members: SalesforceMembers) -> None:
    expo, spring, other = made(
        org, "Campaign", {"Name": "Expo '26"}, {"Name": "春のウェビナー"}, {"Name": "Not asked about"}
    )
    [lead] = people(org, "hanako@example.co.jp")
    [contact] = made(org, "Contact", {"LastName": "Ken", "Email": "ken@shop.example"})
    rows = [
        {"CampaignId": expo, "LeadId": lead, "Status": "Responded"},
        {"CampaignId": spring, "ContactId": contact},
        {"CampaignId": other, "LeadId": lead},
    ]
    made(org, "CampaignMember", *rows)

    one, two = sorted(changed(members, "Expo '26", spring), key=lambda member: member.campaign_name)

    assert (one.campaign, one.campaign_name, one.status) == (expo, "Expo '26", "Responded")
    assert abs(one.changed - now()) < timedelta(minutes=5)
    assert (one.records, one.email) == ((lead,), "hanako@example.co.jp")
    assert (two.campaign, two.status, two.records, two.email) == (spring, "Sent", (contact,), "ken@shop.example")
    assert one.created == one.changed


def test_only_by_name_or_only_by_id_is_asked_for_as_well(org: Org, members: SalesforceMembers) -> None:
    [expo] = made(org, "Campaign", {"Name": "Expo"})
    made(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    assert len(changed(members, "Expo")) == len(changed(members, expo[:15])) == 1


def test_what_changed_long_before_is_left_behind_and_what_overlaps_is_not(org: Org, members: SalesforceMembers) -> None:
    [expo] = made(org, "Campaign", {"Name": "Expo"})
    made(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    assert len(changed(members, "Expo", since=timedelta(minutes=9))) == 1
    assert changed(members, "Expo", since=timedelta(minutes=15)) == []


def test_who_was_taken_out_is_no_member(org: Org, members: SalesforceMembers) -> None:
    [expo] = made(org, "Campaign", {"Name": "Expo"})
    [member] = made(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    path = f"{org.url}/services/data/v62.0/sobjects/CampaignMember/{member}"
    requests.delete(path, headers=token(org), timeout=5).raise_for_status()
    assert changed(members, "Expo") == []


def test_more_than_a_page_is_read_on_when_the_one_before_is_done_with(members: SalesforceMembers) -> None:
    members._connection = connection = TwoPages()
    pages = members.changed(["Expo"], now())
    next(pages)
    assert len(connection.asked) == 1
    assert list(pages) == [[]]
    assert connection.asked[1:] == ["/services/data/v62.0/query/01g-2000"]


def test_who_is_not_connected_hears_so(org: Org) -> None:
    with pytest.raises(NotConnected):
        changed(SalesforceMembers(FixedSecrets({})), "Expo")
