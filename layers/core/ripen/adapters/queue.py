"""SQS as an alarm bell: a message only says which row to look at. Losing one loses nothing (the tick finds the row).

A beacon alone is posted: its message is its one durable write, and its queue has a dead-letter queue."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from ripen.adapters import aws
from ripen.agenda import Ref

_MOST_DELAY = 900
logger = Logger(child=True)


class Queue:
    """One queue, by its URL. A message's body is the ref, as it is."""

    def __init__(self, url: str, client: Any = None) -> None:
        self._url = url
        self._client = client or _shared()

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        """Ring for each row, after `delay` seconds (at most 900: SQS's limit). A bell that does not ring is logged and
        no error: the row is on the agenda."""
        for batch in _tens(refs):
            try:
                failed, why = self._wake(batch, min(delay, _MOST_DELAY)), "refused"
            except (BotoCoreError, ClientError) as error:
                failed, why = len(batch), type(error).__name__
            if failed:
                logger.warning("nobody was woken", queue=self._url, rows=failed, error=why)

    def post(self, message: str) -> None:
        """Keep one message that is the only record of what it says. Raises what the client raises."""
        self._client.send_message(QueueUrl=self._url, MessageBody=message)

    def _wake(self, refs: Sequence[Ref], delay: int) -> int:
        """How many bells SQS refused: it takes the others."""
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[{"Id": str(n), "MessageBody": ref, "DelaySeconds": delay} for n, ref in enumerate(refs)],
        )
        return len(answer.get("Failed", ()))


@cache
def _shared() -> Any:
    """One client for all queues: making one costs a cold start as much as ten calls."""
    return aws.client("sqs", attempts=3, skips_validation=True)


def _tens(refs: Sequence[Ref]) -> Iterable[Sequence[Ref]]:
    return (refs[start : start + 10] for start in range(0, len(refs), 10))
