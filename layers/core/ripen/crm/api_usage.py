"""The CRM's API calls of a day, and the share from which less urgent work leaves the rest to urgent work."""

from msgspec import Struct

_TIGHT = 0.8


class ApiUsage(Struct, frozen=True):
    """API calls in the last 24 hours, by all clients of the company's CRM together."""

    used: int
    most: int

    @property
    def share(self) -> float:
        return self.used / self.most if self.most else 1.0

    @property
    def is_tight(self) -> bool:
        """Return whether less urgent writes must wait."""
        return self.share >= _TIGHT
