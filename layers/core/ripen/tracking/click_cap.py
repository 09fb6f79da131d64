"""The cap on recorded clicks, so that requests for one link cannot fill the table."""

from datetime import datetime, timedelta

from msgspec import Struct, field

from ripen.tracking.recent_counts import RecentCounts

_WINDOW = timedelta(minutes=10)


class ClickCap(Struct, frozen=True):
    """How many clicks in one link are recorded: five of a browser and twenty of its network, in ten minutes.

    A scanner in an office's network uses up its own five, and not those of the people there.
    """

    browser: RecentCounts = field(default_factory=lambda: RecentCounts(_WINDOW, most=5))
    network: RecentCounts = field(default_factory=lambda: RecentCounts(_WINDOW, most=20))

    def admits(self, link: str, network: str, browser: str, now: datetime) -> bool:
        """Count the click, and return whether it is to be recorded."""
        if not self.browser.take(f"{link}/{network}/{browser}", now):
            return False
        return self.network.take(f"{link}/{network}", now) == 1
