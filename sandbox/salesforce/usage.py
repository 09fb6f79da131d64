"""Count the org's API calls of the day against their limit."""

from collections.abc import Callable
from datetime import date, datetime

from sandbox.salesforce.refused import Refused


class Usage:
    def __init__(self, now: Callable[[], datetime], daily: int = 15_000) -> None:
        self._now = now
        self._day: date | None = None
        self.daily = daily
        self.used = 0

    def count(self) -> None:
        """Count one call. Raises Refused if the day's calls are used up."""
        today = self._now().date()
        if today != self._day:
            self._day, self.used = today, 0
        if self.used >= self.daily:
            raise limit_exceeded()
        self.used += 1

    def header(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.daily}"}

    def limits(self) -> dict[str, dict[str, int]]:
        return {
            "DailyApiRequests": {"Max": self.daily, "Remaining": self.daily - self.used},
            "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            "DataStorageMB": {"Max": 1_024, "Remaining": 1_024},
        }


def limit_exceeded() -> Refused:
    return Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
