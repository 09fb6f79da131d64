"""Wake-up messages: one for each row; a message that cannot be sent is logged and is no error."""

from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from ripen.adapters import queue as queue_module
from ripen.adapters.queue import Queue
from ripen.agenda import Ref
from tests.support.fakes import LogCapture

REFS = [Ref(f"lead#{number}|send#x") for number in range(23)]


@mock_aws
def test_each_row_gets_one_message() -> None:
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    Queue(url, sqs).wake(*REFS)
    bodies: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
    assert sorted(bodies) == sorted(REFS)


class RefusingFirst:
    """Accepts a batch except for its first entry."""

    def send_message_batch(self, **batch: Any) -> dict[str, Any]:
        return {"Failed": [{"Id": batch["Entries"][0]["Id"], "Code": "InternalError"}]}


def test_message_that_sqs_refuses_is_logged() -> None:
    with LogCapture(queue_module.logger) as logged:
        Queue("https://sqs.example/queue", RefusingFirst()).wake(*REFS)
    assert "".join(logged).count("wake-ups not sent") == 3


class Broken:
    """Fails every batch, and counts them."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.batches = 0

    def send_message_batch(self, **batch: Any) -> None:
        self.batches += 1
        raise self.error


def test_failed_batch_is_no_error_and_the_next_batches_are_sent() -> None:
    for error in (
        ClientError({"Error": {"Code": "QueueDoesNotExist"}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="https://sqs.example"),
    ):
        broken = Broken(error)
        Queue("https://sqs.example/queue", broken).wake(*REFS)
        assert broken.batches == 3
