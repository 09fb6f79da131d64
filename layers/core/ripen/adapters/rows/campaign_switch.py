"""The switch of a campaign: whether its mails may be sent now.

Its row is read often enough that no mail is claimed later than two seconds after a change; stop_switch.py does the same
for all mails.
"""

from time import monotonic

from ripen.adapters.table import Table, keys
from ripen.campaign.campaign_run import MaySend, may_send
from ripen.ports import Clock

_MAX_AGE_SECONDS = 1.0


class CampaignSwitch:
    """Whether each campaign may send, cached for one second of the wall clock."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._cache: dict[str, tuple[float, MaySend]] = {}

    def may_send(self, name: str) -> MaySend:
        """Return whether the campaign's mails may be sent, as of at most one second ago."""
        read_at, answer = self._cache.get(name, (-1e9, "yes"))
        if monotonic() - read_at > _MAX_AGE_SECONDS:
            started = monotonic()
            row = self._table.get(keys.campaign(name))
            answer = may_send(row.value if row else None, self._clock.now())
            self._cache[name] = started, answer
        return answer
