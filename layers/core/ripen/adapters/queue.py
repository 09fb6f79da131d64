"""SQS queues. A wake-up message names a row that is due; if the message is lost, the tick finds the row.

Only a beacon is a message with content: the message is its one durable write, and its queue has a dead-letter queue.

Source: Amazon SQS API Reference, "SendMessageBatch" (10 messages; DelaySeconds of at most 900).
"""

from collections.abc import Sequence
from functools import cache
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from ripen.adapters import aws
from ripen.agenda import Ref

_MAX_BATCH = 10
_MAX_DELAY_SECONDS = 900
logger = Logger(child=True)


class Queue:
    """One queue, by its URL. Implements ports.Wake and ports.Post."""

    def __init__(self, url: str, client: Any = None) -> None:
        self._url = url
        self._client = client or _shared_client()

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        """Send one message for each row, delivered after `delay` seconds, at most 900.

        A failure is only logged, because the row is on the agenda and the tick wakes its worker.
        """
        for batch in batched(refs, _MAX_BATCH, strict=False):
            try:
                failed, why = self._send(batch, min(delay, _MAX_DELAY_SECONDS)), "refused"
            except (BotoCoreError, ClientError) as error:
                failed, why = len(batch), type(error).__name__
            if failed:
                logger.warning("wake-ups not sent", queue=self._url, rows=failed, error=why)

    def post(self, message: str) -> None:
        """Queue one message whose content is stored nowhere else. Raises the client's errors."""
        self._client.send_message(QueueUrl=self._url, MessageBody=message)

    def _send(self, refs: Sequence[Ref], delay: int) -> int:
        """Send one batch and return the number of messages that SQS refused."""
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[{"Id": str(n), "MessageBody": ref, "DelaySeconds": delay} for n, ref in enumerate(refs)],
        )
        return len(answer.get("Failed", ()))


@cache
def _shared_client() -> Any:
    """Return one client for all queues: creating one costs a cold start as much as ten calls."""
    return aws.client("sqs", attempts=3, skips_validation=True)
