"""Three days after the white paper, some leads get the case study; for the others a decision says why not."""

import re
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pytest

from tests.support.form_visitors import a_director, an_address
from tests.support.local_cloud import RunningCloud, eventually


@dataclass(frozen=True)
class People:
    agreed: str
    silent: str
    unsubscribed: str
    bounced: str


@pytest.fixture(scope="module")
def people(cloud: RunningCloud) -> People:
    """Return four people who got the white paper three days ago.

    One did not agree to more mails, one has unsubscribed since, and one has a mailbox that does not exist.
    """
    people = People(
        agreed=an_address(),
        silent=an_address(),
        unsubscribed=an_address(),
        bounced=f"bounce-{token_hex(3)}@simulator.example.jp",
    )
    for email in (people.agreed, people.unsubscribed, people.bounced):
        cloud.submit("whitepaper", **a_director(email=email, consent="yes"))
    cloud.submit("whitepaper", **a_director(email=people.silent))
    unsubscribe(cloud, eventually(lambda: cloud.mails(people.unsubscribed))[0])
    for email in (people.agreed, people.silent):
        eventually(lambda email=email: cloud.mails(email))  # type: ignore[misc]
    eventually(lambda: [send for send in cloud.lead(people.bounced)["sends"] if send["bounced"]])
    cloud.ripen("clock", "+3d")
    return people


def unsubscribe(cloud: RunningCloud, mail: dict[str, Any]) -> None:
    """Unsubscribe as a mailbox with such a button does (RFC 8058), after a scanner has visited the address."""
    [url] = re.findall(r"<(https?://[^>]+)>", mail["headers"]["List-Unsubscribe"])
    path = url.removeprefix(cloud.status["api"])
    shown = cloud.get(path)
    assert (shown.status_code, "<form" in shown.text) == (200, True)
    assert cloud.lead(mail["to"])["consent"]["unsubscribed"] is None, "looking must change nothing"
    assert cloud.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_lead_with_consent_gets_the_follow_up_once(cloud: RunningCloud, people: People) -> None:
    first, second = eventually(lambda: mails if len(mails := cloud.mails(people.agreed)) > 1 else [])
    assert first["subject"] != second["subject"]


def test_a_lead_without_consent_gets_only_the_requested_mail(cloud: RunningCloud, people: People) -> None:
    assert len(cloud.mails(people.silent)) == 1
    assert reasons(cloud, people.silent) == ["no consent"]


def test_an_unsubscribed_lead_gets_no_more_mail(cloud: RunningCloud, people: People) -> None:
    assert len(cloud.mails(people.unsubscribed)) == 1
    assert reasons(cloud, people.unsubscribed) == ["unsubscribed"]


def test_a_bounced_address_gets_no_more_mail(cloud: RunningCloud, people: People) -> None:
    assert len(cloud.mails(people.bounced)) == 1
    assert reasons(cloud, people.bounced) == ["bounced"]


def reasons(cloud: RunningCloud, email: str) -> list[str]:
    """Return the reasons why there was no second mail, as `ripen lead` says them."""
    lead = cloud.lead(email)
    skipped = [send["reason"] for send in lead["sends"] if send["state"] == "skipped"]
    return skipped + [entry["reason"] for entry in lead["enrollments"] if entry["state"] == "exited"]
