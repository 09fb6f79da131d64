"""Counters of the mails of each campaign, and of all held mails. They change in the same transaction as the mails."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from ripen.adapters.table import Add, Change, Key, Row, Table, keys
from ripen.campaign.counts import COUNTERS, Counts, count_changes, counter
from ripen.mail.ledger import Send, SendState

HELD = str(SendState.HELD)


def count_sends(moves: Sequence[tuple[Send | None, Send]]) -> list[Change]:
    """Return the changes of the campaigns' counters, and of the counter of held mails: one for all of these moves.

    A move is the send before (None: it did not exist) and after it. Any of the counters may count any mail.
    """
    campaigns, held = defaultdict[str, Counter[str]](Counter), 0
    for before, after in moves:
        numbers = count_changes(before, after)
        held += numbers.get(HELD, 0)
        if after.campaign:
            campaigns[after.origin].update(numbers)
    changes: list[Change] = []
    number = counter(moves[0][1].lead) if moves else 0
    for name, sums in campaigns.items():
        if numbers := {what: count for what, count in sums.items() if count}:
            changes.append(Add(keys.campaign_count(name, number), numbers))
    return [*changes, Add(keys.held_count(number), {HELD: held})] if held else changes


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
