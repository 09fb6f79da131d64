"""Records that the CRM says have changed: a wake-up for the code that reads changes.

The poll behind it finds every change by its own cursor, so a push that is lost or left unread makes a change late and
loses nothing.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.crm.api_usage import ApiUsage

_TRUSTED = timedelta(minutes=15)
"""How long a reading of the API usage counts: none is made while pushes are left to the polls."""


class ChangedRecords(Struct, frozen=True):
    """The message for capture.changes: ids of changed records, by object ("Lead", "Contact", …), each id once."""

    records: dict[str, tuple[str, ...]]


def merged(pushed: list[ChangedRecords]) -> dict[str, list[str]]:
    """Return the ids of all pushes by object, each once: the latest state is read, however often a record changed."""
    found: dict[str, dict[str, None]] = {}
    for each in pushed:
        for object, ids in each.records.items():
            found.setdefault(object, {}).update(dict.fromkeys(ids))
    return {object: list(ids) for object, ids in found.items()}


def leaves_to_polls(usage: ApiUsage | None, read_at: datetime | None, now: datetime) -> bool:
    """Return whether so few API calls are left that pushes wait for the next poll, which reads all changes at once."""
    return bool(usage and usage.is_tight and read_at and now < read_at + _TRUSTED)
