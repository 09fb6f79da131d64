"""The main job from a form to Slack on the local cloud, and the JSON of its commands."""

import json
import re
from typing import Any

import httpx

from tests.support.form_visitors import A_BROWSER, a_director
from tests.support.local_cloud import RunningCloud, eventually


def test_a_form_and_a_click_make_a_hot_lead_that_sales_hears_about_once(cloud: RunningCloud) -> None:
    # given a person who is a good fit
    person = a_director()
    email, name = person["email"], person["last_name"]

    # when the form arrives, twice
    answers = [cloud.submit("whitepaper", **person) for _ in range(2)]

    # then both get the same answer
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["activity"] == answers[1].json()["activity"]

    # and the mail and the record are there, but no card: the best fit is not hot by one form
    lead = eventually(lambda: _settled(cloud, email))
    assert (lead["rank"], cloud.cards(name)) == ("warm", [])
    assert lead["score"]["total"] < 70

    # when the person opens the guide by the link in the mail, then the card is there at once, and one of each
    cloud.reads_mail(email)
    eventually(lambda: cloud.linked_cards(name))
    eventually(lambda: cloud.records("Lead", "Ripen_Rank__c", Email=email) == [{"Ripen_Rank__c": "hot"}])
    [record] = cloud.records("Lead", "LastName, Company, Ripen_Rank__c", Email=email)
    assert record == {"LastName": name, "Company": person["company"], "Ripen_Rank__c": "hot"}
    assert len(cloud.mails(email)) == 1
    assert len(eventually(lambda: cloud.linked_cards(name))) == 1


def test_the_commands_print_the_json_that_scripts_rely_on(cloud: RunningCloud) -> None:
    # given a lead with a mail and a card
    person = a_director()
    cloud.submit("whitepaper", **person)
    eventually(lambda: _settled(cloud, person["email"]))
    cloud.reads_mail(person["email"])
    [card] = eventually(lambda: cloud.linked_cards(person["last_name"]))

    # then each command prints the promised keys
    lead = json.loads(cloud.ripen("lead", person["email"], "--json"))
    assert lead.keys() >= LEAD
    assert lead["alerts"][0]["state"] == "posted"
    [mail] = [mail for mail in json.loads(cloud.ripen("mailbox", "--json")) if mail["to"] == person["email"]]
    assert mail.keys() >= {"to", "from", "subject", "headers", "html", "text", "at"}
    [shown] = [shown for shown in json.loads(cloud.ripen("slack", "--json")) if shown["ts"] == card["ts"]]
    assert shown.keys() >= {"ts", "text", "blocks", "thread"}
    assert json.loads(cloud.ripen("status", "--json")).keys() >= STATUS


LEAD = {
    *("profile", "score", "rank", "reasons", "segments", "touches", "consent"),
    *("enrollments", "sends", "alerts", "decisions"),
}
STATUS = {"api", "mailbox", "slack", "salesforce", "aws", "secrets"}


def test_a_click_counts_after_two_minutes_and_is_redirected(cloud: RunningCloud) -> None:
    # given the mail to a lead
    person = a_director()
    cloud.submit("whitepaper", **person)
    [mail] = eventually(lambda: cloud.mails(person["email"]))
    link = re.findall(r'href="([^"]+/c/[^"]+)"', mail["html"])[0]

    # when its link is clicked
    answer = httpx.get(link, headers=A_BROWSER, follow_redirects=True, timeout=60)

    # then the white paper is shown, and the click counts after two minutes
    assert answer.status_code == 200
    before = cloud.lead(person["email"])["score"]["engagement"]
    cloud.ripen("clock", "+3m")
    assert cloud.lead(person["email"])["score"]["engagement"] > before


def test_a_stop_holds_mails_and_a_resume_sends_each_once(cloud: RunningCloud) -> None:
    # given a stop
    assert "In flight: 0" in cloud.ripen("stop")
    person = a_director()

    # when a form arrives and time passes
    cloud.submit("whitepaper", **person)
    eventually(lambda: cloud.lead(person["email"])["sends"])
    cloud.ripen("clock", "+2m")

    # then nothing goes out before the resume, and one mail after it
    assert cloud.mails(person["email"]) == []
    cloud.ripen("resume")
    cloud.ripen("clock", "+2m")
    assert len(eventually(lambda: cloud.mails(person["email"]))) == 1


def test_an_unknown_lead_is_a_failure_with_a_reason(cloud: RunningCloud) -> None:
    done = cloud.tried("lead", "nobody@nowhere.example.jp", "--json")
    assert done.returncode == 1
    assert "No lead has the address" in done.stderr
    assert "Traceback" not in done.stderr


def _settled(cloud: RunningCloud, email: str) -> dict[str, Any]:
    """Return the lead once it is in Salesforce and its mail is delivered."""
    lead = cloud.lead(email)
    done = lead["profile"]["crm"] and lead["sends"] and all(send["delivered"] for send in lead["sends"])
    return lead if done else {}


def test_a_form_that_asks_for_contact_alerts_sales_at_once(cloud: RunningCloud) -> None:
    person = a_director(job_title="", phone="")
    cloud.submit("contact", **person)
    [card] = eventually(lambda: cloud.cards(person["last_name"]))
    assert "連絡を希望しています" in card["text"]
    assert cloud.lead(person["email"])["rank"] != "hot"
