"""The CRM's calls of a day: how many are taken, and when what can wait is to leave the rest to what cannot."""

from msgspec import Struct

TIGHT = 0.8


class ApiUsage(Struct, frozen=True):
    """By everybody who calls the company's CRM, in the last 24 hours."""

    used: int
    most: int

    @property
    def share(self) -> float:
        return self.used / self.most if self.most else 1.0

    @property
    def is_tight(self) -> bool:
        return self.share >= TIGHT
