"""Move messages from the dead-letter queues back to their queues, and list overdue rows of the agenda.

Messages are received, sent and deleted in this order. A message that is moved twice does no harm: every worker is
idempotent. (SQS's own StartMessageMoveTask does the same inside SQS; the local emulator does not have it.)
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

from cli.stack.stack import Stack
from ripen.adapters.table import Due, keys
from ripen.agenda import SHARDS, Lane
from ripen.operations.status import OVERDUE

_BATCH = 10
_HIDDEN_SECONDS = 30
_THREADS = 8


@dataclass(frozen=True)
class Queue:
    url: str
    dead_letter_url: str
    """The URL of its dead-letter queue."""

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def queues(stack: Stack, sqs: Any) -> list[Queue]:
    """Return the stack's queues that have a dead-letter queue."""
    return [Queue(url, dead_letter_url) for url in stack.queues if (dead_letter_url := _dead_letter_url(url, sqs))]


def waiting(queue: Queue, sqs: Any) -> int:
    """Return the approximate number of messages in its dead-letter queue."""
    name = "ApproximateNumberOfMessages"
    found = sqs.get_queue_attributes(QueueUrl=queue.dead_letter_url, AttributeNames=[name])
    return int(found["Attributes"][name])


def redrive(queue: Queue, sqs: Any, moved: Callable[[int], None]) -> int:
    """Move all messages back, and return their number. Each is deleted only after it was sent."""
    total = 0
    while messages := _received(queue, sqs):
        entries = [{"Id": str(n), "MessageBody": message["Body"]} for n, message in enumerate(messages)]
        answer = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
        sent = [messages[int(each["Id"])] for each in answer.get("Successful", [])]
        if not sent:
            break
        sqs.delete_message_batch(
            QueueUrl=queue.dead_letter_url,
            Entries=[{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(sent)],
        )
        total += len(sent)
        moved(total)
    return total


def overdue_rows(stack: Stack) -> list[Due]:
    """Return the rows that have been due for more than 15 minutes, the oldest first."""
    until = stack.clock.now() - OVERDUE

    def shard(place: tuple[Lane, int]) -> list[Due]:
        return stack.table.due(*place, until)

    with ThreadPoolExecutor(_THREADS) as threads:
        found = [due for some in threads.map(shard, product(Lane, range(SHARDS))) for due in some]
    return sorted(found, key=lambda due: due.at)


def kinds(found: list[Due]) -> Iterator[tuple[str, int]]:
    """Yield the number of rows of each kind."""
    yield from sorted(Counter(keys.kind(due.ref) for due in found).items())


def _dead_letter_url(url: str, sqs: Any) -> str:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
    arn = json.loads(found.get("RedrivePolicy", "{}")).get("deadLetterTargetArn", "")
    return str(sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]) if arn else ""


def _received(queue: Queue, sqs: Any) -> list[Any]:
    answer = sqs.receive_message(
        QueueUrl=queue.dead_letter_url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=_HIDDEN_SECONDS, WaitTimeSeconds=1
    )
    found: list[Any] = answer.get("Messages", [])
    return found
