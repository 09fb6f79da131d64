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
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ripen.adapters.unavailable import report
from ripen.errors import Unavailable

logger = Logger(child=True)


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


def process_by_lead(event: dict[str, Any], work: Callable[[Sequence[str]], None]) -> dict[str, Any]:
    """Call `work` once for each lead of the batch, with the refs of its rows; return the partial batch response.

    If `work` raises, all messages of that lead are retried.
    """
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in event["Records"]:
        groups[record["body"].partition("|")[0]].append(record)
    by_first_message = {records[0]["messageId"]: records for records in groups.values()}

    def record_handler(record: SQSRecord) -> None:
        work([message["body"] for message in by_first_message[record.message_id]])

    batch = batch_processor()
    with batch(records=[records[0] for records in groups.values()], handler=record_handler):
        batch.process()
    failed = [str(failure["itemIdentifier"]) for failure in batch.response()["batchItemFailures"]]
    messages = [message["messageId"] for id in failed for message in by_first_message[id]]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in messages]}
