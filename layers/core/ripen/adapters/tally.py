"""The counting that goes with a campaign's mail: what belongs into the transaction that changes the mail."""

from ripen.adapters.table import Add, Change, keys
from ripen.counts import counter, moved
from ripen.ledger import Send


def tally(before: Send | None, after: Send) -> list[Change]:
    """Nothing for a mail that is no campaign's."""
    numbers = moved(before, after) if after.campaign else {}
    return [Add(keys.campaign_count(after.origin, counter(after.lead)), numbers)] if numbers else []
