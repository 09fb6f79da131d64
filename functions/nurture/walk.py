"""nurture.walk: goes through the roster for whatever is done for every lead of a segment, and looks after the campaigns and
schedules that want it.

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

from nurture._campaign_run import supervise
from nurture._dependencies import Dependencies
from nurture._roster_page import walk
from nurture._schedule import occur
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
"""What the page under way may still take."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord, lambda_context: LambdaContext) -> None:
    work(record.body, dependencies, partial(has_time, lambda_context))


def has_time(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() > _RESERVE_MILLIS


def work(ref: str, dependencies: Dependencies, goes_on: Callable[[], bool]) -> None:
    """Does what is due for this row; raises ValueError where that is not ours."""
    key = keys.parse(ref)
    if key.type is Walk:
        walk(keys.typed(key, Walk), dependencies, goes_on)
    elif key.type is CampaignRun:
        supervise(keys.typed(key, CampaignRun), dependencies)
    else:
        occur(keys.typed(key, Schedule), dependencies)
