"""May mails of a campaign go? Its row, looked at often enough that two seconds after it is written nothing is claimed any
more: as adapters/stop.py does for all mails."""

from time import monotonic

from ripen.adapters.table import Table, keys
from ripen.campaign.campaign_run import MaySend, may_send
from ripen.ports import Clock

_FRESH_SECONDS = 1.0


class CampaignSign:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._seen: dict[str, tuple[float, MaySend]] = {}

    def says(self, name: str) -> MaySend:
        """As it was at most one second ago, by the wall clock."""
        read, word = self._seen.get(name, (-1e9, "yes"))
        if monotonic() - read > _FRESH_SECONDS:
            asked = monotonic()
            row = self._table.get(keys.campaign(name))
            word = may_send(row.value if row else None, self._clock.now())
            self._seen[name] = asked, word
        return word
