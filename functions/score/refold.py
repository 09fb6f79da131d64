"""score.refold: recalculates all leads after a publication that changed scoring, segments or triggers.

If it changed `keep`, the rows of all leads get the times at which they expire now.

Woken through SQS (Refold) for the `refold#leads` row, and for its 64 `walk#` rows: a page of leads at a time.
"""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Table
from score._refold_page import Dependencies
from score._refold_walk import run_due

logger = Logger()
batch = batch_processor()
table = Table(os.environ["TABLE"])
playbook = Playbook(table, os.environ["BUCKET"])
dependencies = Dependencies(
    table=table,
    clock=ApplicationClock(table, moves="CLOCK_MOVES" in os.environ),
    live=lambda: playbook.live().bundle,
    bundle=playbook.bundle,
    previous=playbook.before,
    queue=Queue(os.environ["REFOLD_QUEUE"]),
    queues=Queues(
        advance=Queue(os.environ["ADVANCE_QUEUE"]),
        sync=Queue(os.environ["SYNC_QUEUE"]),
        alert=Queue(os.environ["ALERT_QUEUE"]),
    ),
)

_RESERVE_MILLIS = 20_000
"""Time that the leads which are being updated may still take."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, partial(record_handler, context=context), batch, context)


def record_handler(record: SQSRecord, context: LambdaContext) -> None:
    run_due(record.body, dependencies, partial(has_time, context))


def has_time(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() > _RESERVE_MILLIS
