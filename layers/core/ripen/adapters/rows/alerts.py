"""The alerts whose cards wait for Slack."""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import Lane
from ripen.slack.alert import Alert

_BATCH = 100
_KIND = keys.kind(keys.alert("", "").ref)


def waiting_in_shard(table: Table, shard: int, until: datetime) -> Iterator[Row[Alert]]:
    """Yield the alerts in one shard whose last attempt failed and that are retried until then."""
    due = table.all_due(Lane.HOT, shard, until)
    alerts = (keys.parse(each.ref) for each in due if keys.kind(each.ref) == _KIND)
    for batch in batched(alerts, _BATCH, strict=False):
        yield from (row for row in table.get_many(batch) if row and row.due and row.value.failing_since)
