"""Reviews the run of one campaign: begins it, releases the rest after the canaries, halts it, and finishes it."""

from collections.abc import Sequence
from datetime import datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nurture._dependencies import Dependencies
from ripen.adapters.rows import campaign_counts, walk_rows
from ripen.adapters.table import Change, Create, Key, Replace, Row, keys
from ripen.agenda import SHARDS
from ripen.campaign.campaign_run import CampaignRun, RunState, is_walking
from ripen.campaign.halt import Halt
from ripen.campaign.run_review import Review, review
from ripen.campaign.walk import Walk
from ripen.ids import digest
from ripen.slack.alert import Alert

logger = Logger(child=True)
metrics = Metrics()


def review_run(key: Key[CampaignRun], dependencies: Dependencies) -> None:
    """Review the run, and apply what time and the counts of its mails make of it. A repeated review changes nothing.

    1. Read the run, its walks and its counts, and review them.
    2. Write the run; at a new lap also its walks, and at a halt the alert for Slack.
    3. Wake the walks of a new lap, and log a new state.
    """
    dependencies.table.retrying(lambda _: _review(key, dependencies))


def _review(key: Key[CampaignRun], dependencies: Dependencies) -> None:
    row = dependencies.table.get(key)
    if row is None:
        return
    walks, now = walk_rows.read_walks(dependencies.table, key), dependencies.clock.now()
    reviewed = review(
        row.value,
        dependencies.bundle(row.value.bundle).campaigns[row.value.name],
        campaign_counts.campaign_totals(dependencies.table, row.value.name),
        [walk.value for walk in walks] if is_walking(row.value) else [],
        now,
    )
    if _changes_nothing(row, reviewed, now):
        return
    dependencies.table.write(*_changes(row, reviewed, walks, now))
    if _begins_lap(row, reviewed):
        dependencies.queue.wake(*(keys.walk(key, shard).ref for shard in range(SHARDS)))
    _log(row.value, reviewed.run)


def _changes_nothing(row: Row[CampaignRun], reviewed: Review, now: datetime) -> bool:
    """Return whether the run stays as it is, and its next review is early enough.

    At the end of a lap each shard wakes the campaign. If each review moved the due time, they would contend for the
    row.
    """
    if reviewed.run != row.value:
        return False
    if row.due == reviewed.due:
        return True
    return row.due is not None and reviewed.due is not None and now < row.due <= reviewed.due


def _changes(row: Row[CampaignRun], reviewed: Review, walks: Sequence[Row[Walk]], now: datetime) -> list[Change]:
    changes: list[Change] = [Replace(row.key, reviewed.run, row.version, due=reviewed.due)]
    if _begins_lap(row, reviewed):
        changes += walk_rows.start_lap(row.key, walks, reviewed.run.lap, now)
    if reviewed.halt:
        changes.append(_alert(reviewed.run, reviewed.halt, now))
    return changes


def _begins_lap(row: Row[CampaignRun], reviewed: Review) -> bool:
    return reviewed.run.lap > row.value.lap


def _alert(run: CampaignRun, halt: Halt, now: datetime) -> Change:
    """Return the alert to Slack, one for each lap. The tick wakes notify.alert."""
    alert = Alert(id=digest("halt", run.name, str(run.lap)), lead="", kind="halt", planned=now, halt=halt)
    return Create(keys.campaign_alert(run.name, alert.id), alert, due=now)


def _log(before: CampaignRun, after: CampaignRun) -> None:
    if before.state is after.state:
        return
    if after.state is RunState.HALTED:
        logger.error("campaign halted", campaign=after.name, state=after.state, reason=after.reason)
        metrics.add_metric(name="CampaignHalted", unit=MetricUnit.Count, value=1)
    else:
        logger.info("campaign", campaign=after.name, state=after.state, reason=after.reason)
