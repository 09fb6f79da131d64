"""The switch of a campaign: whether its mails may be sent now.

Its row is read often enough that no mail is claimed later than two seconds after a change; stop_switch.py does the same
for all mails.
"""

from time import monotonic

from ripen.adapters.table import Table, keys
from ripen.campaign.campaign_run import CampaignRun, MaySend, may_send
from ripen.ports import Clock

_MAX_AGE_SECONDS = 1.0


class CampaignSwitch:
    """Whether each campaign may send. Its run is cached for one second of the wall clock; time passes meanwhile."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._cache: dict[str, tuple[float, CampaignRun | None]] = {}

    def may_send(self, name: str) -> MaySend:
        """Return whether the campaign's mails may be sent, by its run of at most one second ago."""
        read_at, run = self._cache.get(name, (-1e9, None))
        if monotonic() - read_at > _MAX_AGE_SECONDS:
            started = monotonic()
            row = self._table.get(keys.campaign(name))
            run = row.value if row else None
            self._cache[name] = started, run
        return may_send(run, self._clock.now())
