"""A journey that starts from a Salesforce campaign: sales adds the lead there, and the lead gets the journey's mails.

While sales has an open opportunity with the lead's company, the lead gets only mails that it asked for.
"""

from secrets import token_hex

import httpx
import pytest

from ripen.adapters.table import keys
from ripen_authoring.simulation.persona import Persona
from tests.support.lived_playbook import EXPO, arrive, asking_about_the_expo
from tests.support.local_cloud import RunningCloud, eventually


@pytest.fixture(scope="module")
def member(cloud: RunningCloud) -> str:
    return become_a_member(cloud)


def become_a_member(cloud: RunningCloud) -> str:
    """Add a lead to the campaign in Salesforce, wait for its mail, and return its address.

    Sales has an open opportunity with a colleague of that lead.
    """
    company = f"kaijo-{token_hex(4)}.jp"
    who = Persona(email=f"kaijo@{company}", last_name="会場")
    account = create(cloud, "Account", Name="株式会社会場")
    create(cloud, "Contact", LastName="商談", Email=f"shodan@{company}", AccountId=account)
    deal = {"StageName": "Prospecting", "CloseDate": "2026-12-31", "AccountId": account}
    create(cloud, "Opportunity", Name="会場との商談", **deal)
    with asking_about_the_expo(cloud):
        arrive(cloud, who)
        eventually(lambda: cloud.stack.table.get(keys.deal(company)))
        campaign = create(cloud, "Campaign", Name=EXPO)
        person = create(cloud, "Lead", LastName="会場", Company="株式会社会場", Email=who.email)
        create(cloud, "CampaignMember", CampaignId=campaign, LeadId=person, Status="Responded")
        cloud.ripen("clock", "+6m")
        eventually(lambda: cloud.mails(who.email))
        cloud.ripen("clock", "+6m")  # the polls overlap, so the same member is read again
    return who.email


def create(cloud: RunningCloud, object: str, **values: str) -> str:
    """Create a record as sales does and return its id."""
    login = cloud.stack.connections.all()["salesforce"]["login"]
    with httpx.Client(base_url=login, verify=cloud.trust, timeout=60) as salesforce:
        token = salesforce.post("/_control/session").json()["access_token"]
        authorized = {"Authorization": f"Bearer {token}"}
        made = salesforce.post(f"/services/data/v62.0/sobjects/{object}", json=values, headers=authorized)
    assert made.is_success, made.text
    return str(made.json()["id"])


def test_a_new_campaign_member_gets_the_mail_once(cloud: RunningCloud, member: str) -> None:
    [mail] = cloud.mails(member)
    assert f"{EXPO}（Responded）" in mail["text"]
    [run] = cloud.lead(member)["enrollments"]
    assert (run["journey"], run["state"]) == ("expo", "finished")


def test_an_open_opportunity_of_the_company_skips_marketing_mail(cloud: RunningCloud, member: str) -> None:
    skipped = [
        (each["subject"], each["reason"]) for each in cloud.lead(member)["decisions"] if each["outcome"] == "skipped"
    ]
    assert skipped == [("case-study", "open opportunity")]


def test_members_are_not_polled_without_a_journey_that_needs_it(cloud: RunningCloud, member: str) -> None:
    assert member
    poll = cloud.stack.table.get(keys.MEMBERS)
    assert poll
    assert (poll.due, poll.value.watched) == (None, {})
