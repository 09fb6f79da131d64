"""The rows that the local cloud's functions wrote about one lead, in the simulation's form."""

import json
from collections.abc import Iterator
from copy import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from ripen.adapters.table import keys
from ripen.lead.lead import Profile
from ripen_authoring.simulation.simulator import WrittenRow
from tests.support.local_cloud import RunningCloud

type Rows = dict[str, Any]
"""Rows by ref."""


def rows(cloud: RunningCloud, lead: str) -> Rows:
    """Return the lead's rows now, without the link to Salesforce."""
    return {row.key.ref: _unlinked(row.value) for row in cloud.stack.table.under(lead, "")}


def written(cloud: RunningCloud, before: Rows, since: datetime) -> Iterator[WrittenRow]:
    """Yield the writes since then in order; `before` are the lead's rows at that time."""
    kept = dict(before)
    [lead] = {ref.partition("|")[0] for ref in before}
    files = (cloud.folder / "calls").glob("*.rows")
    found = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    mine = [row for row in found if row["pk"] == lead and row["at"] >= since.timestamp()]
    for row in sorted(mine, key=lambda row: row["at"]):
        key = keys.parse(f"{row['pk']}|{row['sk']}")
        after = _unlinked(msgspec.json.decode(row["body"], type=key.type))
        due = datetime.fromtimestamp(int(row["due"]) / 1000, UTC) if "due" in row else None
        yield WrittenRow(datetime.fromtimestamp(row["at"], UTC), key, kept.get(key.ref), after, due)
        kept[key.ref] = after


def _unlinked[T](value: T) -> T:
    return replace(value, crm=None) if isinstance(value, Profile) else value  # type: ignore[return-value]
