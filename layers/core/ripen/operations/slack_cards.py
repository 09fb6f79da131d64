"""Cards that wait for Slack: because of which error, how many, and since when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from ripen.adapters.rows.alerts import waiting_in_shard
from ripen.adapters.table import Table
from ripen.agenda import SHARDS
from ripen.slack.slack_errors import WaitingCards, by_code

_LONGEST_RETRY = timedelta(days=1)
"""Slack may ask for a wait of up to a day."""
_THREADS = 16


def waiting_cards(table: Table, now: datetime) -> tuple[WaitingCards, ...]:
    """Return the cards that Slack did not take and that are retried, by error."""
    until = now + _LONGEST_RETRY
    with ThreadPoolExecutor(_THREADS) as threads:
        shards = threads.map(lambda shard: list(waiting_in_shard(table, shard, until)), range(SHARDS))
        return by_code(row.value for rows in shards for row in rows)
