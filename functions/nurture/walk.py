"""nurture.walk: walks over the roster for campaigns and schedules, and reviews them.

Woken through SQS (Walk) for `walk#`, `campaign#` and `schedule#` rows.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from nurture._campaign_run import review_run
from nurture._dependencies import Dependencies
from nurture._roster_page import walk_shard
from nurture._schedule import run_schedule
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Table, keys
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Schedule, Walk

logger = Logger()
metrics = Metrics()
batch = batch_processor()
table = Table(os.environ["TABLE"])
playbook = Playbook(table, os.environ["BUCKET"])
dependencies = Dependencies(
    table=table,
    live=lambda: playbook.live().bundle,
    bundle=playbook.bundle,
    clock=ApplicationClock(table, moves="CLOCK_MOVES" in os.environ),
    queue=Queue(os.environ["WALK_QUEUE"]),
)

_RESERVE_MILLIS = 15_000
"""Time that the current page may still take."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord, lambda_context: LambdaContext) -> None:
    run_due(record.body, dependencies, partial(has_time, lambda_context))


def has_time(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() > _RESERVE_MILLIS


def run_due(ref: str, dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Do what is due for this row. Raises ValueError for a row of another worker."""
    key = keys.parse(ref)
    if key.type is Walk:
        walk_shard(keys.typed(key, Walk), dependencies, has_time)
    elif key.type is CampaignRun:
        review_run(keys.typed(key, CampaignRun), dependencies)
    else:
        run_schedule(keys.typed(key, Schedule), dependencies)
