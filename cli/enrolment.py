"""Asking leads into a journey: those of a segment by a walk, those of a list one by one."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Sequence
from datetime import timedelta
from io import StringIO
from itertools import batched
from pathlib import Path
from unicodedata import normalize

from cli.output.spreadsheet import as_meant
from cli.stack.stack import Stack
from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Change, Conflict, Create, Row, keys
from ripen.agenda import Lane
from ripen.campaign.walk import Entries, Walk, entry_activity
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.lead.address import address_hash, normalise
from ripen.pointers import Pointer

_COLUMNS = ("email", "e-mail", "mail", "メール", "メールアドレス", "eメール", "email address", "メールアドレス(必須)")
_AT_ONCE = 90
"""Less than the changes of one transaction."""
_TRIES = 3


def addresses(file: Path) -> list[str]:
    """The column of addresses in a CSV file, found by its name; UTF-8 or cp932, as Excel in Japan writes it, or its "Unicode
    text": UTF-16, with tabs. Raises Failure."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read ({error.strerror}).") from None
    written = _decoded(raw, file)
    first = written.partition("\n")[0]
    rows = list(
        csv.reader(StringIO(written, newline=""), delimiter="\t" if "\t" in first and "," not in first else ",")
    )
    heads = [normalize("NFKC", head).strip().casefold() for head in rows[0]] if rows else []
    column = next((heads.index(name) for name in _COLUMNS if name in heads), None)
    if column is None:
        found = ", ".join(rows[0]) if rows else "nothing"
        raise Failure(f"{file} has no column of addresses; its first line has: {found}.", "Name one of them: email")
    return [as_meant(row[column].strip()) for row in rows[1:] if len(row) > column and row[column].strip()]


def ask_segment(stack: Stack, entries: Entries) -> bool:
    """Sets the walk going; False if that was done before, with this key."""
    try:
        stack.table.write(*walk_rows.asks(entries, stack.clock.now()))
    except Conflict:
        return False
    return True


def walked(stack: Stack, entries: Entries) -> list[Walk]:
    of = keys.entries(entries.journey, entries.segment, entries.key)
    return [row.value for row in walk_rows.rows(stack.table, of)]


def ask_each(
    stack: Stack, entries: Entries, emails: Sequence[str], done: Callable[[int], object]
) -> tuple[int, list[str]]:
    """Asks in who has these addresses; how many were not asked before with this key, and the addresses nobody has. Broken
    off, it is gone on with by asking again."""
    entries, count, unknown = _begun(stack, entries), 0, list[str]()
    for some in batched(dict.fromkeys(emails), _AT_ONCE, strict=False):
        leads, nobody = _found(stack, some)
        unknown += nobody
        count += _asked(stack, entries, leads, count)
        done(len(some))
    return count, unknown


def _begun(stack: Stack, entries: Entries) -> Entries:
    """As it was first asked for: the time is part of what makes asking again harmless."""
    key = keys.entries(entries.journey, entries.segment, entries.key)
    try:
        stack.table.write(Create(key, entries))
    except Conflict:
        row = stack.table.get(key)
        return row.value if row else entries
    return entries


def _found(stack: Stack, emails: Sequence[str]) -> tuple[list[str], list[str]]:
    secret, hashes, unknown = stack.secrets.key("address"), dict[str, str](), list[str]()
    for email in emails:
        try:
            hashes[email] = address_hash(secret, normalise(email))
        except Rejected:
            unknown.append(email)
    rows: list[Row[Pointer] | None] = (
        stack.table.get_many([keys.address(hash) for hash in hashes.values()]) if hashes else []
    )
    found = dict(zip(hashes, rows, strict=True))
    unknown += [email for email, row in found.items() if row is None]
    return list(dict.fromkeys(row.value.lead for row in found.values() if row)), unknown


def _asked(stack: Stack, entries: Entries, leads: Sequence[str], before: int) -> int:
    for _ in range(_TRIES):
        now = stack.clock.now()
        activities = [entry_activity(entries, lead, now) for lead in leads]
        places = [keys.activity(activity.lead, activity.at, activity.id) for activity in activities]
        there = stack.table.get_many(places) if places else []
        changes: list[Change] = []
        for place, activity, row in zip(places, activities, there, strict=True):
            if row is None:
                wait = (
                    timedelta(minutes=(before + len(changes)) / entries.per_minute)
                    if entries.per_minute
                    else timedelta()
                )
                changes.append(Create(place, activity, due=now + wait, lane=Lane.BULK))
        try:
            if changes:
                stack.table.write(*changes)
        except Conflict:  # somebody asks the same at the same time
            continue
        return len(changes)
    raise Failure("Somebody else is asking the same leads in.", "Try again: nobody is asked twice.")


def _decoded(raw: bytes, file: Path) -> str:
    for encoding in ("utf-16",) if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Failure(f"{file} is neither UTF-8 nor cp932.", "Save it as CSV UTF-8 in Excel.")
