"""Looks after one campaign: begins it at its time, lets the rest follow the canaries, halts it, and sees when it is done."""

from datetime import datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nurture._dependencies import Dependencies
from ripen.adapters.rows import campaign_counts, walk_rows
from ripen.adapters.table import Change, Create, Key, Replace, keys
from ripen.agenda import SHARDS
from ripen.campaign.campaign_run import CampaignRun, RunState, is_walking
from ripen.campaign.halt import Halt
from ripen.campaign.run_review import review
from ripen.ids import digest
from ripen.slack.alert import Alert

logger = Logger(child=True)
metrics = Metrics()


def supervise(key: Key[CampaignRun], dependencies: Dependencies) -> None:
    """Does what time, or what became of its mails, makes of the run; nothing if that was done already."""
    dependencies.table.retrying(lambda _: _look(key, dependencies))


def _look(key: Key[CampaignRun], dependencies: Dependencies) -> None:
    row = dependencies.table.get(key)
    if row is None:
        return
    run, now = row.value, dependencies.clock.now()
    found = walk_rows.read_walks(dependencies.table, key)
    looked = review(
        run,
        dependencies.bundle(run.bundle).campaigns[run.name],
        campaign_counts.campaign_totals(dependencies.table, run.name),
        [walk.value for walk in found] if is_walking(run) else [],
        now,
    )
    if looked.run == run and (looked.due == row.due or _soon_enough(row.due, looked.due, now)):
        return
    changes: list[Change] = [Replace(key, looked.run, row.version, due=looked.due)]
    starts = looked.run.lap > run.lap
    if starts:
        changes += walk_rows.start_lap(key, found, looked.run.lap, now)
    if looked.halt:
        changes.append(_alert(looked.run, looked.halt, now))
    dependencies.table.write(*changes)
    if starts:
        dependencies.queue.wake(*(keys.walk(key, shard).ref for shard in range(SHARDS)))
    _tell(run, looked.run)


def _soon_enough(due: datetime | None, wanted: datetime | None, now: datetime) -> bool:
    """It is looked at by then anyway. All shards ring at the end of a lap: if each moved the due time, they would be in each
    other's way."""
    return due is not None and wanted is not None and now < due <= wanted


def _alert(run: CampaignRun, halt: Halt, now: datetime) -> Change:
    """Slack is told, once for each lap; the tick wakes notify.alert."""
    alert = Alert(id=digest("halt", run.name, str(run.lap)), lead="", kind="halt", planned=now, halt=halt)
    return Create(keys.campaign_alert(run.name, alert.id), alert, due=now)


def _tell(before: CampaignRun, after: CampaignRun) -> None:
    if before.state is after.state:
        return
    if after.state is RunState.HALTED:
        logger.error("campaign halted", campaign=after.name, state=after.state, reason=after.reason)
        metrics.add_metric(name="CampaignHalted", unit=MetricUnit.Count, value=1)
    else:
        logger.info("campaign", campaign=after.name, state=after.state, reason=after.reason)
