"""The changes for the leads of one page of the roster."""

from dataclasses import dataclass, field
from datetime import datetime

from ripen.adapters.table import Change


@dataclass
class Page:
    """The changes collected so far, and their numbers for the walk."""

    changes: list[Change] = field(default_factory=list)
    taken: int = 0
    """Leads for which something is written."""
    canaries: int = 0
    """Canaries among them."""
    last: datetime | None = None
    """When the last row is due."""

    def add(self, *changes: Change, at: datetime, canary: bool = False) -> None:
        """Add the changes for one lead, whose row is due at `at`."""
        self.changes += changes
        self.taken += 1
        self.canaries += canary
        self.last = max(self.last or at, at)
