"""Enrol leads in a journey by hand: those of a segment by a walk, those of a list one by one.

The journey's file decides whether it takes a lead, and whether again.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import batched

from ripen.adapters.rows import walk_rows
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Create, Row, Table, keys
from ripen.agenda import Lane
from ripen.campaign.walk import Entries, Walk, entry_activity
from ripen.errors import Contended, Rejected
from ripen.failure import Failure
from ripen.lead.address import address_hash, normalise
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from ripen.ports import Clock
from ripen.words import Words

_BATCH = 90
"""Fewer than the changes that one transaction takes."""


def check_names(entries: Entries, bundle: Bundle) -> None:
    """Raise Failure if the live playbook has no such journey or segment."""
    for kind, said, name, known in (
        ("journey", "シナリオ", entries.journey, bundle.journeys),
        ("segment", "セグメント", entries.segment, bundle.segments),
    ):
        if name and name not in known:
            names = ", ".join(sorted(known))
            raise Failure(
                Words(
                    f"The live playbook has no {kind} {name!r}.",
                    f"公開中のプレイブックに{said} {name!r} はありません。",
                ),
                Words(f"It has: {names}", f"あるもの: {names}"),
            )


def enrol_segment(entries: Entries, table: Table, clock: Clock) -> bool:
    """Start the walk. Return False if it was started before, with this key."""
    try:
        table.write(*walk_rows.ask_segment(entries, clock.now()))
    except Conflict:
        return False
    return True


def segment_walks(entries: Entries, table: Table) -> list[Walk]:
    """Return how far the walk is, by shard."""
    key = keys.entries(entries.journey, entries.segment, entries.key)
    return [row.value for row in walk_rows.read_walks(table, key)]


def enrol_addresses(
    entries: Entries, emails: Sequence[str], table: Table, secrets: Secrets, clock: Clock, progress: Progress = silent
) -> tuple[int, list[str]]:
    """Ask the leads with these addresses into the journey.

    Return how many were not asked before with this key, and the addresses that no lead has. If this is interrupted,
    calling it again continues it.
    """
    entries, count, unknown = _first_request(entries, table), 0, list[str]()
    wanted, done = list(dict.fromkeys(emails)), 0
    for batch in batched(wanted, _BATCH, strict=False):
        leads, without_lead = find_leads(batch, table, secrets)
        unknown += without_lead
        count += _ask(entries, leads, count, table, clock)
        done += len(batch)
        progress(done, len(wanted))
    return count, unknown


def _first_request(entries: Entries, table: Table) -> Entries:
    """Return the request as it was first made: its time is part of the keys that make a repetition harmless."""
    key = keys.entries(entries.journey, entries.segment, entries.key)
    try:
        table.write(Create(key, entries))
    except Conflict:
        row = table.get(key)
        return row.value if row else entries
    return entries


def find_leads(emails: Sequence[str], table: Table, secrets: Secrets) -> tuple[list[str], list[str]]:
    """Return the leads with these addresses, and the addresses that no lead has."""
    secret, hashes, unknown = secrets.key("address"), dict[str, str](), list[str]()
    for email in emails:
        try:
            hashes[email] = address_hash(secret, normalise(email))
        except Rejected:
            unknown.append(email)
    rows: list[Row[Pointer] | None] = table.get_many([keys.address(hash) for hash in hashes.values()]) if hashes else []
    found = dict(zip(hashes, rows, strict=True))
    unknown += [email for email, row in found.items() if row is None]
    return list(dict.fromkeys(row.value.lead for row in found.values() if row)), unknown


def _ask(entries: Entries, leads: Sequence[str], before: int, table: Table, clock: Clock) -> int:
    """Write an activity for each lead that has none yet, and return their number. `before` leads were asked already."""

    def ask(_: int) -> int:
        now = clock.now()
        activities = [entry_activity(entries, lead, now) for lead in leads]
        places = [keys.activity(activity.lead, activity.at, activity.id) for activity in activities]
        present = table.get_many(places) if places else []
        changes: list[Change] = []
        for place, activity, row in zip(places, activities, present, strict=True):
            if row is None:
                wait = _wait(entries, before + len(changes))
                changes.append(Create(place, activity, due=now + wait, lane=Lane.BULK))
        if changes:
            table.write(*changes)
        return len(changes)

    try:
        return table.retrying(ask)
    except Contended:
        raise Failure(
            Words("Another person is enrolling the same leads.", "ほかの人が同じ見込み客を登録しています。"),
            Words("Try again: no lead is asked twice.", "もう一度実行してください。二重に登録されることはありません。"),
        ) from None


def _wait(entries: Entries, position: int) -> timedelta:
    return timedelta(minutes=position / entries.per_minute) if entries.per_minute else timedelta()
