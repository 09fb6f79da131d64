"""Sales acts on cards in Slack, and Salesforce follows."""

import hmac
import json
import time
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.form_visitors import a_director
from tests.support.local_cloud import SALES, RunningCloud, eventually


def a_card(cloud: RunningCloud, **changes: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a lead that asks for contact and is in Salesforce, and its card."""
    person = a_director(**changes)
    cloud.submit("contact", **person)
    [card] = eventually(lambda: cloud.linked_cards(person["last_name"]))
    return person, card


def press(cloud: RunningCloud, card: dict[str, Any], action: str, user: str) -> None:
    [button] = [
        element
        for block in card["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == action
    ]
    asked = {"channel": SALES, "messageTs": card["ts"], "user": user, "action": button | {"block_id": "act"}}
    cloud.control("slack", "interact", **asked)


def test_accepting_a_lead_sets_its_owner_and_creates_one_task(cloud: RunningCloud) -> None:
    # given a card
    person, card = a_card(cloud)

    # when Alice accepts it, presses once more, and Bob comes too late
    press(cloud, card, "accept", "U0ALICE")
    press(cloud, card, "accept", "U0ALICE")
    press(cloud, card, "accept", "U0BOB")
    accepted = eventually(lambda: [card for card in cloud.cards(person["last_name"]) if "Alice Sato" in str(card)])

    # then the record is hers, with one Task
    record = cloud.lead(person["email"])["profile"]["crm"]["id"]
    [owned] = cloud.records("Lead", "Owner.Email", Id=record)
    assert owned["Owner"]["Email"] == "alice@ripen.example"
    [task] = cloud.records("Task", "Owner.Email, Subject", WhoId=record)
    assert task["Owner"]["Email"] == "alice@ripen.example"
    assert person["last_name"] in task["Subject"]

    # and the same card says so, without its buttons
    assert [shown["ts"] for shown in accepted] == [card["ts"]]
    assert '"accept"' not in json.dumps(accepted)
    assert cloud.lead(person["email"])["alerts"][0]["by"] == "U0ALICE"


def test_not_a_fit_closes_the_card_without_an_owner(cloud: RunningCloud) -> None:
    person, card = a_card(cloud)

    press(cloud, card, "not_fit", "U0BOB")

    eventually(lambda: [card for card in cloud.cards(person["last_name"]) if "🚫" in str(card)])
    lead = cloud.lead(person["email"])
    assert lead["alerts"][0]["outcome"] == "not a fit"
    assert cloud.records("Task", "Id", WhoId=lead["profile"]["crm"]["id"]) == []


def test_the_command_shows_a_lead_only_to_its_sender(cloud: RunningCloud) -> None:
    person, _ = a_card(cloud)

    answer = command(cloud, f"lead {person['email']}")

    assert answer.status_code == 200
    assert answer.json()["response_type"] == "ephemeral"
    assert person["last_name"] in answer.text.encode().decode("unicode_escape")


@pytest.mark.parametrize("how", [{"secret": "guessed"}, {"age": 600}, {"secret": ""}])
def test_a_request_without_a_fresh_signature_of_slack_is_refused(cloud: RunningCloud, how: dict[str, Any]) -> None:
    answer = command(cloud, "lead hanako@example.co.jp", **how)

    assert answer.status_code == 401


def command(cloud: RunningCloud, text: str, secret: str | None = None, age: int = 0) -> httpx.Response:
    """Post `/ripen` as Slack does; with "" as the secret, unsigned."""
    body = urlencode({"command": "/ripen", "text": text, "user_id": "U0ALICE", "team_id": "T0RIPEN"})
    stamp = str(int(time.time()) - age)
    key = cloud.status["secrets"]["slack_signing_secret"] if secret is None else secret
    signature = "v0=" + hmac.new(key.encode(), f"v0:{stamp}:{body}".encode(), sha256).hexdigest()
    signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature} if key else {}
    return cloud.post("/slack", content=body, headers={"content-type": "application/x-www-form-urlencoded"} | signed)
