"""The rows that a walk is made of: one for each shard of the roster, put on the agenda together."""

from collections.abc import Sequence
from datetime import datetime

from ripen.adapters.rows.campaign_counts import HELD
from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.counts import COUNTERS, Counts
from ripen.campaign.walk import Entries, Walk

Walked = Key[CampaignRun] | Key[Entries]


def rows(table: Table, of: Walked) -> list[Row[Walk]]:
    """Those that are there, by shard."""
    return [row for row in table.get_many([keys.walk(of, shard) for shard in range(SHARDS)]) if row]


def from_the_start(of: Walked, found: Sequence[Row[Walk]], lap: int, now: datetime) -> list[Change]:
    """All shards begin this lap, due now; 64 changes. `found` are the rows of the lap before."""
    versions = {row.value.shard: row.version for row in found}
    return [
        Replace(keys.walk(of, shard), Walk(shard=shard, lap=lap), versions.get(shard, 0), due=now, lane=Lane.BULK)
        for shard in range(SHARDS)
    ]


def asks(entries: Entries, now: datetime) -> list[Change]:
    """All leads of the segment are asked in, once for its key: a Conflict means that they were already."""
    key = keys.entries(entries.journey, entries.segment, entries.key)
    return [Create(key, entries), *from_the_start(key, (), 1, now)]


def counts(table: Table, campaign: str) -> dict[str, int]:
    """What became of its mails so far."""
    return _sums(table, [keys.campaign_count(campaign, counter) for counter in range(COUNTERS)])


def held(table: Table) -> int:
    """How many mails are held."""
    return _sums(table, [keys.held_count(counter) for counter in range(COUNTERS)]).get(HELD, 0)


def _sums(table: Table, counters: list[Key[Counts]]) -> dict[str, int]:
    found: list[Row[Counts] | None] = table.get_many(counters)
    sums: dict[str, int] = {}
    for row in found:
        for name, number in row.value.of.items() if row else ():
            sums[name] = sums.get(name, 0) + number
    return sums
