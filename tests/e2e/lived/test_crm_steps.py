"""A journey whose steps call a webhook, write to Salesforce, post a note in Slack and change the lead."""

import hmac
import json
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ripen.capture.signature import SignedRequest, signature
from tests.support.form_visitors import a_director
from tests.support.lived_playbook import published
from tests.support.local_cloud import RunningCloud, eventually


@dataclass(frozen=True)
class Walked:
    email: str
    company: str
    lead: dict[str, Any]
    """The lead's report at the end."""


@pytest.fixture(scope="module")
def walked(cloud: RunningCloud) -> Walked:
    return walk_through_the_crm_steps(cloud)


def walk_through_the_crm_steps(cloud: RunningCloud) -> Walked:
    """Enrol a warm lead that reads its mail by hand, and wait until all steps of the journey are done."""
    published(cloud)
    person = a_director(job_title="", company=f"株式会社{token_hex(3)}")
    cloud.submit("whitepaper", **person)
    eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
    cloud.reads_mail(person["email"])
    cloud.ripen("enrol", "crm-steps", person["email"], "--yes")
    cloud.tick()
    lead = eventually(lambda: _done(cloud, person["email"]))
    return Walked(person["email"], person["company"], lead)


def _done(cloud: RunningCloud, email: str) -> dict[str, Any]:
    lead = cloud.lead(email)
    outcomes = {
        decision["outcome"] for decision in lead["decisions"] if decision["what"] in ("crm", "webhook", "alert")
    }
    posted = [alert["state"] for alert in lead["alerts"]] == ["posted", "posted"]
    return lead if {"done", "answered"} <= outcomes and posted else {}


def calls(cloud: RunningCloud, about: str) -> list[dict[str, Any]]:
    """Return the calls that the webhook's receiver got."""
    received: list[dict[str, Any]] = cloud.asked("webhook", "calls")
    return [call for call in received if about in call["body"]]


def test_a_webhook_is_called_once_signed_and_with_the_body_of_the_step(cloud: RunningCloud, walked: Walked) -> None:
    [call] = calls(cloud, walked.company)
    body, headers = json.loads(call["body"]), call["headers"]
    assert (body["company"], body["journey"], body["step"]) == (walked.company, "crm-steps", "credit")
    assert headers["idempotency-key"] == body["id"]
    key = cloud.stack.secrets.key("webhook")
    url = f"https://{headers['host']}{call['target']}"
    asked = SignedRequest(
        stamp=headers["ripen-timestamp"], key=headers["idempotency-key"], url=url, body=call["body"].encode()
    )
    ours = signature(key, asked)
    assert hmac.compare_digest(headers["ripen-signature"], ours)


def test_the_answer_of_a_webhook_decides_the_branch(walked: Walked) -> None:
    [run] = [run for run in walked.lead["enrollments"] if run["journey"] == "crm-steps"]
    assert run["answers"] == {"credit": {"grade": "A"}}
    assert run["state"] == "finished"
    assert "good" in run["paths_taken"].values()


def test_salesforce_has_one_task_and_the_membership_in_the_campaign(cloud: RunningCloud, walked: Walked) -> None:
    record = walked.lead["profile"]["crm"]["id"]
    subject = f"{walked.company}に電話する"
    [task] = [
        task for task in cloud.records("Task", "Subject, ActivityDate", WhoId=record) if task["Subject"] == subject
    ]
    today = cloud.stack.clock.now().astimezone(ZoneInfo(cloud.stack.playbook.live().bundle.brand.time_zone)).date()
    assert (date.fromisoformat(task["ActivityDate"]) - today).days in (1, 2)
    [member] = cloud.records("CampaignMember", "Status, Campaign.Name", LeadId=record)
    assert (member["Status"], member["Campaign"]["Name"]) == ("Responded", "Spring Expo")


def test_sales_reads_the_note_in_slack_once(cloud: RunningCloud, walked: Walked) -> None:
    [note] = [card for card in cloud.cards(walked.email) if "与信はAです。" in json.dumps(card, ensure_ascii=False)]
    assert walked.company in json.dumps(note, ensure_ascii=False)


def test_points_of_a_step_change_the_rank_and_alert_sales(cloud: RunningCloud, walked: Walked) -> None:
    assert walked.lead["rank"] == "hot"
    assert "good-credit" in walked.lead["profile"]["tags"]
    assert len([card for card in cloud.cards(walked.email) if "accept" in json.dumps(card)]) == 1
