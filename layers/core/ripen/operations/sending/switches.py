"""The switches of the whole installation: stop and resume all sending, shadow mode on and off."""

from copy import replace
from datetime import datetime, timedelta
from itertools import product

from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.mail.ledger import Send, SendState
from ripen.settings import Shadow, Stop

UNTIL_SEEN_SECONDS = 2.0
"""After so long no worker acts by the switch as it was before."""
_LEASE = timedelta(minutes=6)
"""A claimed send is on the agenda at the end of its lease of five minutes."""


def stop_sending(by: str, table: Table, now: datetime) -> tuple[Stop, bool]:
    """Stop all sending. Return the stop, and whether sending was stopped already."""
    row = table.get(keys.STOP)
    if row and row.value.on:
        return row.value, True
    stop = Stop(on=True, at=now, by=by)
    table.write(Replace(keys.STOP, stop, row.version) if row else Create(keys.STOP, stop))
    return stop, False


def resume_sending(by: str, table: Table, now: datetime) -> bool:
    """Resume sending. Return False if it was not stopped."""
    row = table.get(keys.STOP)
    if row is None or not row.value.on:
        return False
    table.write(Replace(keys.STOP, replace(row.value, on=False, at=now, by=by), row.version))
    return True


def switch_shadow(on: bool, by: str, table: Table, now: datetime) -> bool:
    """Switch shadow mode on or off. Return False if it was so already."""
    row = table.get(keys.SHADOW)
    if (row is not None and row.value.on) == on:
        return False
    table.write(
        Replace(keys.SHADOW, replace(row.value, on=on, at=now, by=by), row.version)
        if row
        else Create(keys.SHADOW, Shadow(on=on, at=now, by=by))
    )
    return True


def in_flight(table: Table, now: datetime, campaign: str = "") -> int:
    """Count the sends, of this campaign or of all, that were claimed before the stop and have no outcome yet."""
    until = now + _LEASE
    found: list[Key[Send]] = []
    for lane, shard in product((Lane.HOT, Lane.BULK), range(SHARDS)):  # in the mail lanes nothing is claimed yet
        refs = (due.ref for due in table.all_due(lane, shard, until))
        found += [keys.typed(keys.parse(ref), Send) for ref in refs if keys.kind(ref) == "send"]
    rows = table.get_many(found) if found else []
    claimed: list[Send] = [row.value for row in rows if row and row.value.state is SendState.CLAIMED]
    return sum(1 for send in claimed if not campaign or (send.campaign and send.origin == campaign))
