"""A batch of wake-ups from SQS: one failure fails only its own messages (AWS Lambda Developer Guide, "partial batch
responses"), and is logged."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger(child=True)


def batch_processor() -> BatchProcessor:
    """Powertools' processor for SQS messages; what fails is logged, and comes again."""
    return BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=cast("logging.Logger", logger))


def process_by_lead(event: dict[str, Any], work: Callable[[Sequence[str]], None]) -> dict[str, Any]:
    """Calls `work` once for each lead in the batch, with the refs of its rows; answers which messages come again."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in event["Records"]:
        groups[record["body"].partition("|")[0]].append(record)
    led = {records[0]["messageId"]: records for records in groups.values()}

    def record_handler(record: SQSRecord) -> None:
        work([message["body"] for message in led[record.message_id]])

    batch = batch_processor()
    with batch(records=[records[0] for records in groups.values()], handler=record_handler):
        batch.process()
    failed = [str(failure["itemIdentifier"]) for failure in batch.response()["batchItemFailures"]]
    return {"batchItemFailures": [{"itemIdentifier": message["messageId"]} for id in failed for message in led[id]]}
