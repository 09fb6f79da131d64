"""The CRM marks of all leads whose values do not reach the CRM."""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.crm.crm_mark import LONGEST_RETRY
from ripen.marks import CrmMark

_BATCH = 100
_KIND = keys.kind(keys.crm_mark("").ref)


def failing_marks(table: Table, now: datetime) -> Iterator[Row[CrmMark]]:
    """Yield the marks of leads that could not be written, shard by shard. All of them are due for a retry."""
    for shard in range(SHARDS):
        yield from failing_in_shard(table, shard, now + LONGEST_RETRY)


def failing_in_shard(table: Table, shard: int, until: datetime) -> Iterator[Row[CrmMark]]:
    """Yield the marks of leads in one shard that could not be written and are retried until then."""
    due = table.all_due(Lane.HOT, shard, until)
    marks = (keys.parse(each.ref) for each in due if keys.kind(each.ref) == _KIND)
    for batch in batched(marks, _BATCH, strict=False):
        yield from (row for row in table.get_many(batch) if row and row.due and row.value.failing_since)
