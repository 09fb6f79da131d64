"""The rows of a walk over the roster: one for each shard of the roster, put on the agenda together."""

from collections.abc import Sequence
from datetime import datetime

from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Entries, Refolding, Walk

Owner = Key[CampaignRun] | Key[Entries] | Key[Refolding]
"""The key of the row that a walk belongs to."""


def read_walks(table: Table, owner: Owner) -> list[Row[Walk]]:
    """Return the owner's walks that exist, in order of their shards."""
    return [row for row in table.get_many([keys.walk(owner, shard) for shard in range(SHARDS)]) if row]


def start_lap(owner: Owner, found: Sequence[Row[Walk]], lap: int, due: datetime) -> list[Change]:
    """Return the 64 changes that start this lap in all shards. `found` are the rows of the previous lap."""
    versions = {row.value.shard: row.version for row in found}
    return [
        Replace(keys.walk(owner, shard), Walk(shard=shard, lap=lap), versions.get(shard, 0), due=due, lane=Lane.BULK)
        for shard in range(SHARDS)
    ]


def ask_segment(entries: Entries, now: datetime) -> list[Change]:
    """Return the changes that start a walk through the segment, which enrols its leads.

    Writing them is a Conflict if the segment was already enrolled under this key.
    """
    key = keys.entries(entries.journey, entries.segment, entries.key)
    return [Create(key, entries), *start_lap(key, (), 1, now)]
