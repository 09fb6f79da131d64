"""The counting that goes with a mail: what belongs into the transaction that changes it."""

from ripen.adapters.table import Add, Change, keys
from ripen.campaign.counts import count_changes, counter
from ripen.mail.ledger import Send, SendState

HELD = str(SendState.HELD)


def tally(before: Send | None, after: Send) -> list[Change]:
    """A campaign's numbers; and of every mail, that it is held now, or no longer is."""
    numbers = count_changes(before, after)
    changes: list[Change] = []
    if after.campaign and numbers:
        changes.append(Add(keys.campaign_count(after.origin, counter(after.lead)), numbers))
    if HELD in numbers:
        changes.append(Add(keys.held_count(counter(after.lead)), {HELD: numbers[HELD]}))
    return changes
