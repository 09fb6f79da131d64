"""Counters of the mails of each campaign, and of all held mails. They change in the same transaction as the mail."""

from ripen.adapters.table import Add, Change, Key, Row, Table, keys
from ripen.campaign.counts import COUNTERS, Counts, count_changes, counter
from ripen.mail.ledger import Send, SendState

HELD = str(SendState.HELD)


def count_send(before: Send | None, after: Send) -> list[Change]:
    """Return the changes of the campaign's counter, and of the counter of held mails."""
    numbers = count_changes(before, after)
    changes: list[Change] = []
    if after.campaign and numbers:
        changes.append(Add(keys.campaign_count(after.origin, counter(after.lead)), numbers))
    if HELD in numbers:
        changes.append(Add(keys.held_count(counter(after.lead)), {HELD: numbers[HELD]}))
    return changes


def campaign_totals(table: Table, campaign: str) -> dict[str, int]:
    """Return the number of the campaign's mails by state, reason and later event, under the keys of Counts."""
    return _totals(table, [keys.campaign_count(campaign, counter) for counter in range(COUNTERS)])


def held_total(table: Table) -> int:
    """Return how many mails are held."""
    return _totals(table, [keys.held_count(counter) for counter in range(COUNTERS)]).get(HELD, 0)


def _totals(table: Table, counters: list[Key[Counts]]) -> dict[str, int]:
    found: list[Row[Counts] | None] = table.get_many(counters)
    totals: dict[str, int] = {}
    for row in found:
        for name, number in row.value.of.items() if row else ():
            totals[name] = totals.get(name, 0) + number
    return totals
