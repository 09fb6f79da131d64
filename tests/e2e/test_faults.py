"""An outside system is down, or a queue is purged: its work waits and is done once; all other work goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud, eventually


def test_an_outage_of_ses_delays_only_the_mail(cloud: RunningCloud) -> None:
    person = a_director()

    # when SES breaks every connection
    with cloud.fault("mailbox", "drop"):
        cloud.submit("whitepaper", **person)
        cloud.submit("contact", **person)

        # then the card and the record are there, and the mail waits
        eventually(lambda: cloud.cards(person["last_name"]))
        eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
        eventually(lambda: sends(cloud, person) == ["unknown"])
        assert cloud.mails(person["email"]) == []

    # and when SES is back, it goes out, once
    cloud.ripen("clock", "+61m")
    eventually(lambda: cloud.mails(person["email"]))
    cloud.ripen("clock", "+2m")
    assert len(cloud.mails(person["email"])) == 1
    assert sends(cloud, person) == ["accepted"]


def test_an_outage_of_slack_delays_only_the_card(cloud: RunningCloud) -> None:
    person = a_director()

    with cloud.fault("slack", "down"):
        cloud.submit("whitepaper", **person)
        cloud.submit("contact", **person)
        eventually(lambda: cloud.mails(person["email"]))
        eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
        eventually(lambda: [alert for alert in cloud.lead(person["email"])["alerts"] if alert["error"]])

    assert cloud.cards(person["last_name"]) == []
    cloud.ripen("clock", "+16m")
    [card] = eventually(lambda: cloud.cards(person["last_name"]))
    assert "/lightning/" in str(card)


def test_an_outage_of_salesforce_delays_only_the_record(cloud: RunningCloud) -> None:
    person = a_director()

    with cloud.fault("salesforce", "down"):
        cloud.submit("whitepaper", **person)
        cloud.submit("contact", **person)
        eventually(lambda: cloud.mails(person["email"]))
        [card] = eventually(lambda: cloud.cards(person["last_name"]))
        eventually(lambda: (cloud.lead(person["email"])["crm"] or {}).get("error"))
        assert "/lightning/" not in str(card)

    cloud.ripen("clock", "+5m")
    [later] = eventually(lambda: cloud.linked_cards(person["last_name"]))
    assert later["ts"] == card["ts"]
    assert len(cloud.records("Lead", "Id", Email=person["email"])) == 1


@pytest.mark.parametrize("kind", ["Advance", "Deliver"])
def test_the_tick_does_the_work_of_a_purged_queue(cloud: RunningCloud, kind: str) -> None:
    person = a_director()

    # given a queue without a worker, which is then purged
    with nobody_reads(cloud, kind) as url:
        cloud.submit("whitepaper", **person)
        cloud.submit("contact", **person)
        eventually(lambda: waiting(cloud, url))
        cloud.cloud.client("sqs").purge_queue(QueueUrl=url)
        assert waiting(cloud, url) == 0

    # when its reader is back, and the agenda is looked at after the lease
    cloud.ripen("clock", "+6m")

    # then all has come through, once
    assert len(eventually(lambda: cloud.mails(person["email"]))) == 1
    assert len(eventually(lambda: cloud.cards(person["last_name"]))) == 1


@contextmanager
def nobody_reads(cloud: RunningCloud, queue: str) -> Iterator[str]:
    """Yield the queue's URL; no worker takes its messages while the block lasts."""
    [url] = [url for url in cloud.stack.queues if f"-{queue}-" in url]
    client = cloud.cloud.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    [reader] = [each["UUID"] for each in mappings if each["EventSourceArn"].endswith(url.rpartition("/")[2])]
    client.update_event_source_mapping(UUID=reader, Enabled=False)
    try:
        yield url
    finally:
        client.update_event_source_mapping(UUID=reader, Enabled=True)


def sends(cloud: RunningCloud, person: dict[str, str]) -> list[str]:
    return [send["state"] for send in cloud.lead(person["email"])["sends"]]


def waiting(cloud: RunningCloud, url: str) -> int:
    found: dict[str, Any] = cloud.cloud.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])
