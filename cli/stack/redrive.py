"""What workers gave up: back from each dead-letter queue to its queue. And what is late on the agenda, where the rows are
that those messages named.

Messages are received, sent and deleted in this order: one that is moved twice says the same twice, and every worker is
idempotent. (SQS's own StartMessageMoveTask does the same from inside; the local emulator does not have it.)
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

from cli.stack.stack import Stack
from cli.status import LATE
from ripen.adapters.table import Due, keys
from ripen.agenda import SHARDS, Lane

_AT_ONCE = 10
_HIDDEN_SECONDS = 30
_THREADS = 8


@dataclass(frozen=True)
class Queue:
    url: str
    dead: str
    """URL of its dead-letter queue."""

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def queues(stack: Stack, sqs: Any) -> list[Queue]:
    """The stack's queues that have a dead-letter queue."""
    return [Queue(url, dead) for url in stack.queues if (dead := _dead(url, sqs))]


def waiting(queue: Queue, sqs: Any) -> int:
    """About how many messages lie in its dead-letter queue."""
    name = "ApproximateNumberOfMessages"
    found = sqs.get_queue_attributes(QueueUrl=queue.dead, AttributeNames=[name])
    return int(found["Attributes"][name])


def redrive(queue: Queue, sqs: Any, moved: Callable[[int], None]) -> int:
    """Move all that lies there back; how many messages. Each is deleted only once it was sent."""
    total = 0
    while messages := _received(queue, sqs):
        entries = [{"Id": str(n), "MessageBody": message["Body"]} for n, message in enumerate(messages)]
        answer = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
        sent = [messages[int(each["Id"])] for each in answer.get("Successful", [])]
        if not sent:
            break
        sqs.delete_message_batch(
            QueueUrl=queue.dead,
            Entries=[{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(sent)],
        )
        total += len(sent)
        moved(total)
    return total


def late(stack: Stack) -> list[Due]:
    """What should have been done for a quarter of an hour, the oldest first."""
    until = stack.clock.now() - LATE

    def shard(place: tuple[Lane, int]) -> list[Due]:
        return stack.table.due(*place, until)

    with ThreadPoolExecutor(_THREADS) as threads:
        found = [due for some in threads.map(shard, product(Lane, range(SHARDS))) for due in some]
    return sorted(found, key=lambda due: due.at)


def kinds(found: list[Due]) -> Iterator[tuple[str, int]]:
    """How many of each kind of row."""
    yield from sorted(Counter(keys.kind(due.ref) for due in found).items())


def _dead(url: str, sqs: Any) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
    arn = json.loads(found.get("RedrivePolicy", "{}")).get("deadLetterTargetArn", "")
    return str(sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]) if arn else ""


def _received(queue: Queue, sqs: Any) -> list[Any]:
    answer = sqs.receive_message(
        QueueUrl=queue.dead, MaxNumberOfMessages=_AT_ONCE, VisibilityTimeout=_HIDDEN_SECONDS, WaitTimeSeconds=1
    )
    found: list[Any] = answer.get("Messages", [])
    return found
