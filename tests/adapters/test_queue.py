"""The alarm bell: it rings for every row, and a bell that does not ring is no error."""

from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from ripen.adapters import queue as queue_module
from ripen.adapters.queue import Queue
from ripen.agenda import Ref
from tests.support.fakes import Listening

REFS = [Ref(f"lead#{number}|send#x") for number in range(23)]


@mock_aws
def test_each_row_is_rung_for_once() -> None:
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    Queue(url, sqs).wake(*REFS)
    bodies: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
    assert sorted(bodies) == sorted(REFS)


class Choosy:
    """Takes a batch, but for its first entry."""

    def send_message_batch(self, **batch: Any) -> dict[str, Any]:
        return {"Failed": [{"Id": batch["Entries"][0]["Id"], "Code": "InternalError"}]}


def test_a_bell_that_alone_does_not_ring_is_told_of() -> None:
    with Listening(queue_module.logger) as said:
        Queue("https://sqs.example/queue", Choosy()).wake(*REFS)
    assert "".join(said).count("wake-ups not sent") == 3


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.woken = 0

    def send_message_batch(self, **batch: Any) -> None:
        self.woken += 1
        raise self.error


def test_a_bell_that_does_not_ring_is_no_error_and_the_others_are_tried() -> None:
    for error in (
        ClientError({"Error": {"Code": "QueueDoesNotExist"}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="https://sqs.example"),
    ):
        broken = Broken(error)
        Queue("https://sqs.example/queue", broken).wake(*REFS)
        assert broken.woken == 3
