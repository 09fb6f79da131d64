"""Shadow mode on the local cloud: SES, Salesforce and Slack get no call."""

import json
from collections.abc import Iterator

import httpx
import pytest

from ripen.operations.sending.shadow import kept_back as all_kept_back
from tests.support.form_visitors import a_director
from tests.support.local_cloud import SALES, RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def shadowed(cloud: RunningCloud) -> Iterator[RunningCloud]:
    cloud.ripen("clock", "+2m")  # finish the work of other tests first
    cloud.ripen("shadow", "on")
    yield cloud
    cloud.ripen("shadow", "off")


def counts(cloud: RunningCloud) -> tuple[int, int, int]:
    """Return the total numbers of mails, Slack messages and Salesforce calls."""
    mails = httpx.get(f"{cloud.status['mailbox']}/messages.json", timeout=20).json()
    messages = httpx.get(f"{cloud.status['slack']}/_control/messages/{SALES}", timeout=20).json()
    return len(mails), len(json.dumps(messages)), cloud.asked("salesforce", "usage")["used"]


def test_shadow_mode_sends_nothing_and_lists_the_suppressed_effects(shadowed: RunningCloud) -> None:
    # given a lead that would be mailed, alerted and written
    cloud, person = shadowed, a_director()
    before = counts(cloud)

    # when the form arrives, and time passes
    cloud.submit("whitepaper", **person)
    cloud.submit("contact", **person)
    eventually(lambda: kept_back(cloud, person) == {"would have sent", "would have written", "would have posted"})
    cloud.ripen("clock", "+2h")

    # then no outside system got a call, and the list shows what would have been done
    assert counts(cloud) == before
    listed = json.loads(cloud.ripen("shadow", "--json"))
    listed_for = {entry["outcome"] for entry in listed if entry["email"] == person["email"]}
    assert listed_for == {"would have sent", "would have written", "would have posted"}

    # when shadow mode ends, then Salesforce gets the lead; the mail and the card stay unsent
    cloud.ripen("shadow", "off")
    cloud.ripen("clock", "+5m")
    eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
    assert cloud.mails(person["email"]) == []
    assert cloud.cards(person["last_name"]) == []


def kept_back(cloud: RunningCloud, person: dict[str, str]) -> set[str]:
    """Return what `ripen shadow --json` lists about this person, without starting a command."""
    return {entry["outcome"] for entry in all_kept_back(cloud.stack.table) if entry["email"] == person["email"]}
