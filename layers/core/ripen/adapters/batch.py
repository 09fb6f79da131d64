"""Batches of SQS messages: a failure is logged, and only the failed messages are retried.

Source: AWS Lambda Developer Guide, "Implementing partial batch responses".
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger(child=True)


def batch_processor() -> BatchProcessor:
    """Return Powertools' processor for SQS messages: it logs each failure and reports it for a retry."""
    return BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=cast("logging.Logger", logger))


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
