"""Batches of SQS messages: a failure is logged, and only the failed messages are retried.

A message that only wakes a worker is not retried while the worker is Unavailable: its row stays due, and the tick wakes
the worker again after the lease. So a function that meets newer rows fills no dead-letter queue.

Source: AWS Lambda Developer Guide, "Implementing partial batch responses".
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

from ripen.adapters.unavailable import report
from ripen.errors import Unavailable

logger = Logger(child=True)

_RESERVE_MILLIS = 5_000
"""Time that one more lead may take."""


class _Processor(BatchProcessor):
    def failure_handler(self, record: Any, exception: Any) -> Any:
        error = exception[1]
        if not isinstance(error, Unavailable):
            return super().failure_handler(record, exception)
        report(error)
        if _is_wake_up(record.body):
            return self.success_handler(record, None)
        self.fail_messages.append(record)
        self.exceptions.append(exception)
        return "fail", str(error), record


def batch_processor() -> BatchProcessor:
    """Return Powertools' processor for SQS messages: it logs each failure and reports it for a retry."""
    return _Processor(EventType.SQS, raise_on_entire_batch_failure=False, logger=cast("logging.Logger", logger))


def _is_wake_up(body: str) -> bool:
    """Tell a reference to a row from a message that is itself the only record, such as a beacon or an event of SES."""
    return not body.startswith("{")


def has_time(context: Any, millis: int = _RESERVE_MILLIS) -> bool:
    """Return whether the invocation has this much time left; by default enough for one more lead, 5 seconds."""
    return int(context.get_remaining_time_in_millis()) > millis


def process_by_lead(
    event: dict[str, Any], work: Callable[[Sequence[str]], None], has_time: Callable[[], bool]
) -> dict[str, Any]:
    """Call `work` once for each lead of the batch, with the refs of its rows; return the partial batch response."""
    return process_groups(event, lambda ref: ref.partition("|")[0], work, has_time)


def process_groups(
    event: dict[str, Any],
    group: Callable[[str], str],
    work: Callable[[Sequence[str]], None],
    has_time: Callable[[], bool],
) -> dict[str, Any]:
    """Call `work` once for all messages of the same group, such as a lead's; return the partial batch response.

    If `work` raises, all messages of that group are retried. When the time is up, so are those of the remaining groups:
    an invocation that is killed would repeat the finished ones, too.
    """
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in event["Records"]:
        groups[group(record["body"])].append(record)
    batch, failed = batch_processor(), list[dict[str, Any]]()
    for records in groups.values():
        if not has_time() or not _succeeds(batch, records, work):
            failed += records
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _succeeds(batch: BatchProcessor, records: Sequence[dict[str, Any]], work: Callable[[Sequence[str]], None]) -> bool:
    """Call `work` for the messages of one group. Return whether it succeeded; a failure is logged."""
    messages = [record["body"] for record in records]
    with batch(records=list(records[:1]), handler=lambda record: work(messages)):
        batch.process()
    return not batch.response()["batchItemFailures"]
