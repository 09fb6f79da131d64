"""Replies to our mails, written in the mailbox."""

import json
from secrets import token_hex
from typing import Any

import httpx

from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud, eventually


def a_mail(cloud: RunningCloud) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a person in a journey, and the mail that the person got. The person's card is complete."""
    person = a_director(consent="yes")
    cloud.submit("whitepaper", **person)
    [mail] = eventually(lambda: cloud.mails(person["email"]))
    cloud.reads_mail(person["email"])
    eventually(lambda: cloud.linked_cards(person["last_name"]))
    return person, mail


def answer(cloud: RunningCloud, mail: dict[str, Any], text: str, automatic: bool = False) -> None:
    """Reply as the mailbox's own button does."""
    asked = {"text": text, "automatic": automatic}
    said = httpx.post(f"{cloud.status['mailbox']}/messages/{mail['id']}/reply", json=asked, timeout=60)
    assert said.is_success, said.text


def decided(cloud: RunningCloud, email: str) -> list[str]:
    return [decision["outcome"] for decision in cloud.lead(email)["decisions"] if decision["what"] == "reply"]


def journeys(cloud: RunningCloud, email: str) -> list[tuple[str, str]]:
    return [(run["state"], run["reason"]) for run in cloud.lead(email)["enrollments"]]


def test_a_reply_exits_the_journey_and_is_posted_to_sales(cloud: RunningCloud) -> None:
    # given
    person, mail = a_mail(cloud)
    said = f"木曜日にお話しできますか {token_hex(3)}"
    # when
    answer(cloud, mail, said)
    # then
    [card] = eventually(lambda: cloud.cards(said))
    assert person["email"] in json.dumps(card)
    assert decided(cloud, person["email"]) == ["answered"]
    eventually(lambda: journeys(cloud, person["email"]) == [("exited", "replied")])


def test_an_out_of_office_changes_nothing(cloud: RunningCloud) -> None:
    person, mail = a_mail(cloud)
    cards = cloud.cards(person["email"])
    answer(cloud, mail, "ただいま休暇中です。", automatic=True)
    eventually(lambda: decided(cloud, person["email"]) == ["automatic"])
    assert journeys(cloud, person["email"]) == [("active", "")]
    assert cloud.cards(person["email"]) == cards


def test_a_reply_received_twice_is_posted_once(cloud: RunningCloud) -> None:
    # given a mail from a program of its own
    person, mail = a_mail(cloud)
    said = token_hex(6)
    raw = f"From: {person['email']}\r\nSubject: Re\r\nMessage-ID: <{said}@x>\r\n\r\n{said}"
    asked = {"from": person["email"], "to": [mail["headers"]["Reply-To"]], "raw": raw}
    # when
    for _ in range(2):
        cloud.control("mailbox", "receive", **asked)
    # then
    eventually(lambda: cloud.cards(said))
    cloud.ripen("clock", "+1s")
    assert len(cloud.cards(said)) == 1
