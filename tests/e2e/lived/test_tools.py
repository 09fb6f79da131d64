"""The operator's tools on the local cloud: redrive returns dead letters, and a test mail reaches only the team."""

import json
from secrets import token_hex

import pytest

from cli.stack.redrive import queues
from tests.e2e.lived.test_replies import a_mail, answer
from tests.e2e.test_faults import nobody_reads, waiting
from tests.support.lived_playbook import MEMBER_OF_TEAM, published
from tests.support.local_cloud import RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)


def test_redrive_returns_a_dead_letter_to_its_worker(cloud: RunningCloud) -> None:
    # given a reply whose message is in the dead-letter queue
    said, sqs = token_hex(8), cloud.cloud.client("sqs")
    person, mail = a_mail(cloud)
    with nobody_reads(cloud, "Reply") as url:
        answer(cloud, mail, said)
        eventually(lambda: waiting(cloud, url))
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        [dead] = [queue.dead_letter_url for queue in queues(cloud.stack, sqs) if queue.url == url]
        sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    # when
    result = json.loads(cloud.ripen("redrive", "--json"))
    # then
    assert sum(result["moved"].values()) == 1
    [card] = eventually(lambda: cloud.cards(said))
    assert person["email"] in json.dumps(card)
    assert sum(json.loads(cloud.ripen("redrive", "--dry-run", "--json"))["failed"].values()) == 0


def test_a_test_mail_reaches_the_team_marked_and_uncounted(cloud: RunningCloud) -> None:
    # given
    folder = published(cloud)
    asked = ("preview", "newsletter-december", "--lead", "hanako", "--folder", str(folder))
    # when
    cloud.ripen(*asked, "--send-to", MEMBER_OF_TEAM)
    refused = cloud.tried(*asked, "--send-to", "stranger@elsewhere.example")
    # then
    [mail] = eventually(lambda: cloud.mails(MEMBER_OF_TEAM))
    assert mail["subject"].startswith("[TEST] ")
    assert "/c/" not in mail["html"]
    assert (refused.returncode, cloud.mails("stranger@elsewhere.example")) == (1, [])
    assert "not a member of the team" in refused.stderr
