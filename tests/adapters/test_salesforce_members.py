"""Changed members of Salesforce's campaigns, against our stand-in over TLS."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from ripen.adapters.salesforce.members import SalesforceMembers
from ripen.crm.incoming.membership import Member
from ripen.errors import NotConnected
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import FixedSecrets, Org, TwoPages, create, token


@pytest.fixture
def members(org: Org) -> SalesforceMembers:
    return SalesforceMembers(FixedSecrets(connected_app(org.folder).secret(org.url)))


def now() -> datetime:
    return datetime.now(UTC)


def people(org: Org, *emails: str) -> list[str]:
    return create(org, "Lead", *({"LastName": "山田", "Company": "A", "Email": email} for email in emails))


def changed(members: SalesforceMembers, *campaigns: str, since: timedelta = timedelta()) -> list[Member]:
    return [member for page in members.changed(campaigns, now() + since, None) for member in page]


def test_members_of_the_named_campaigns_are_read_with_records_and_address(org: Org, members: SalesforceMembers) -> None:
    expo, spring, other = create(
        org, "Campaign", {"Name": "Expo '26"}, {"Name": "春のウェビナー"}, {"Name": "Not asked about"}
    )
    [lead] = people(org, "hanako@example.co.jp")
    [contact] = create(org, "Contact", {"LastName": "Ken", "Email": "ken@shop.example"})
    rows = [
        {"CampaignId": expo, "LeadId": lead, "Status": "Responded"},
        {"CampaignId": spring, "ContactId": contact},
        {"CampaignId": other, "LeadId": lead},
    ]
    create(org, "CampaignMember", *rows)

    one, two = sorted(changed(members, "Expo '26", spring), key=lambda member: member.campaign_name)

    assert (one.campaign, one.campaign_name, one.status) == (expo, "Expo '26", "Responded")
    assert abs(one.changed - now()) < timedelta(minutes=5)
    assert (one.records, one.email) == ((lead,), "hanako@example.co.jp")
    assert (two.campaign, two.status, two.records, two.email) == (spring, "Sent", (contact,), "ken@shop.example")
    assert one.created == one.changed


def test_campaigns_may_be_only_names_or_only_ids(org: Org, members: SalesforceMembers) -> None:
    [expo] = create(org, "Campaign", {"Name": "Expo"})
    create(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    assert len(changed(members, "Expo")) == len(changed(members, expo[:15])) == 1


def test_changes_of_the_last_ten_minutes_are_read_again_and_older_ones_are_not(
    org: Org, members: SalesforceMembers
) -> None:
    [expo] = create(org, "Campaign", {"Name": "Expo"})
    create(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    assert len(changed(members, "Expo", since=timedelta(minutes=9))) == 1
    assert changed(members, "Expo", since=timedelta(minutes=15)) == []


def test_deleted_member_is_not_reported(org: Org, members: SalesforceMembers) -> None:
    [expo] = create(org, "Campaign", {"Name": "Expo"})
    [member] = create(org, "CampaignMember", {"CampaignId": expo, "LeadId": people(org, "a@a.example")[0]})
    path = f"{org.url}/services/data/v62.0/sobjects/CampaignMember/{member}"
    requests.delete(path, headers=token(org), timeout=5).raise_for_status()
    assert changed(members, "Expo") == []


def test_next_page_is_read_after_the_previous_one_is_processed(members: SalesforceMembers) -> None:
    members._connection = connection = TwoPages()
    pages = members.changed(["Expo"], now(), None)
    next(pages)
    assert len(connection.asked) == 1
    assert list(pages) == [[]]
    assert connection.asked[1:] == ["/services/data/v62.0/query/01g-2000"]


def test_missing_connection_raises_not_connected(org: Org) -> None:
    with pytest.raises(NotConnected):
        changed(SalesforceMembers(FixedSecrets({})), "Expo")
