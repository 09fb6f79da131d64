"""The plan of a warm-up, as delivery looks at it, and the counts of a day."""

from datetime import date
from time import monotonic

from ripen.adapters.table import Table, keys
from ripen.mail.limits.warm_up import Provider, WarmUp

_MAX_AGE_SECONDS = 60.0


class WarmUpPlan:
    """The `setting#warm-up` row, cached for a minute of the wall clock: most companies have none."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._plan: WarmUp | None = None
        self._read_at = -1e9

    def read(self) -> WarmUp | None:
        """Return the plan, as of at most a minute ago; None without one."""
        if monotonic() - self._read_at > _MAX_AGE_SECONDS:
            self._read_at = monotonic()
            row = self._table.get(keys.WARM_UP)
            self._plan = row.value if row else None
        return self._plan


def sent_on(day: date, provider: Provider, table: Table) -> int:
    """Return how many marketing mails a provider got on this day of a warm-up, about."""
    row = table.get(keys.warm_up_count(provider, day.isoformat()))
    return row.value.of.get("sent", 0) if row else 0
