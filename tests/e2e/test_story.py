"""The main job, from a form to Slack, on the local cloud."""

import re
from typing import Any

import httpx
import pytest

from tests.e2e.cloud import Running, eventually

pytestmark = pytest.mark.timeout(600)

HANAKO = {
    "email": "hanako.yamada@sample-shoji.example.jp",
    "last_name": "山田",
    "first_name": "花子",
    "company": "株式会社サンプル商事",
    "department": "情報システム部",
    "job_title": "部長",
    "phone": "03-1234-5678",
}


def test_a_form_makes_a_hot_lead_that_sales_hears_about_once(cloud: Running) -> None:
    # given a person who is a good fit
    email = HANAKO["email"]

    # when the form arrives, twice
    answers = [cloud.submit("whitepaper", **HANAKO) for _ in range(2)]

    # then both get the same answer
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["activity"] == answers[1].json()["activity"]

    # and the mail, the record and the card are there, one of each
    eventually(lambda: cloud.mails(email))
    eventually(lambda: cloud.cards("山田"))
    found = eventually(lambda: cloud.query("SELECT Email, LastName, Company, Ripen_Rank__c FROM Lead"))
    [record] = [record for record in found if record["Email"] == email]
    assert (record["LastName"], record["Company"]) == ("山田", "株式会社サンプル商事")
    assert record["Ripen_Rank__c"] == "hot"
    lead = eventually(lambda: _settled(cloud, email))
    assert lead["rank"] == "hot"
    assert lead["score"]["total"] >= 70
    assert len(cloud.mails(email)) == 1
    assert len(cloud.cards("山田")) == 1
    [alert] = lead["alerts"]
    assert alert["state"] == "posted"


def test_the_click_is_recorded_and_leads_on(cloud: Running) -> None:
    # given the mail to a lead
    answers = HANAKO | {"email": "clicker@sample-shoji.example.jp", "last_name": "鈴木"}
    cloud.submit("whitepaper", **answers)
    [mail] = eventually(lambda: cloud.mails(answers["email"]))
    link = re.findall(r'href="([^"]+/c/[^"]+)"', mail["html"])[0]

    # when its link is clicked
    answer = httpx.get(link, follow_redirects=True, timeout=40)

    # then the white paper is shown, and the click counts after two minutes
    assert answer.status_code == 200
    before = cloud.lead(answers["email"])["score"]["engagement"]
    cloud.ripen("clock", "+3m")
    assert cloud.lead(answers["email"])["score"]["engagement"] > before


def test_the_follow_up_goes_after_three_days_to_those_who_agreed_only(cloud: Running) -> None:
    # given one who ticked the box and one who did not
    agreed = HANAKO | {"email": "agreed@sample-shoji.example.jp", "last_name": "佐藤", "consent": "yes"}
    silent = HANAKO | {"email": "silent@sample-shoji.example.jp", "last_name": "田中"}
    for answers in (agreed, silent):
        cloud.submit("whitepaper", **answers)
        _mailed(cloud, answers["email"])

    # when three days pass
    cloud.ripen("clock", "+3d")

    # then the follow-up has gone to the one, and why not to the other is written down
    assert len(eventually(lambda: cloud.mails(agreed["email"])[1:])) == 1
    assert len(cloud.mails(silent["email"])) == 1
    skipped = [send for send in cloud.lead(silent["email"])["sends"] if send["state"] == "skipped"]
    assert [send["reason"] for send in skipped] == ["no consent"]


def test_nothing_is_sent_while_sending_is_stopped_and_all_of_it_once_afterwards(cloud: Running) -> None:
    # given a stop
    assert "In flight: 0" in cloud.ripen("stop")
    answers = HANAKO | {"email": "stopped@sample-shoji.example.jp", "last_name": "高橋"}

    # when a form arrives and time passes
    cloud.submit("whitepaper", **answers)
    eventually(lambda: cloud.lead(answers["email"])["sends"])
    cloud.ripen("clock", "+10m")

    # then nothing goes out before the resume, and one mail after it
    assert cloud.mails(answers["email"]) == []
    cloud.ripen("resume")
    cloud.ripen("clock", "+10m")
    assert len(eventually(lambda: cloud.mails(answers["email"]))) == 1


def test_a_lead_that_is_not_there_is_a_clear_failure(cloud: Running) -> None:
    done = cloud.tried("lead", "nobody@nowhere.example.jp", "--json")
    assert done.returncode == 1
    assert "No lead has the address" in done.stderr
    assert "Traceback" not in done.stderr


def _mailed(cloud: Running, email: str) -> list[dict[str, Any]]:
    return eventually(lambda: cloud.mails(email))


def _settled(cloud: Running, email: str) -> dict[str, Any]:
    """The lead once its card has the link to Salesforce and its mail is delivered."""
    lead = cloud.lead(email)
    done = lead["profile"]["crm"] and all(send["delivered"] for send in lead["sends"]) and lead["alerts"]
    return lead if done and lead["alerts"][0]["state"] == "posted" else {}
