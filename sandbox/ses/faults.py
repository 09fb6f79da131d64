"""Faults on demand: POST /_control/faults {"mode": …, "count": n} affects the next n sends (-1: all, 0: none).

accept_hang         accepted, and no answer for `seconds`
drop                not accepted, the connection breaks
error_after_accept  accepted, and answered with 500
truncate            accepted, and the answer breaks off after its head
throttle, quota, pause, suspend     refused with the code and message of SES
lose_events, delay_events, duplicate_events     about a mail's events; POST /_control/release publishes delayed ones
"""

from threading import Lock

from sandbox.ses.checks import Refused

REFUSALS = {
    "throttle": ("TooManyRequestsException", "Maximum sending rate exceeded.", 429),
    "quota": ("TooManyRequestsException", "Daily message quota exceeded.", 429),
    "pause": ("SendingPausedException", "Sending is paused for this account.", 400),
    "suspend": ("AccountSuspendedException", "This account is suspended.", 400),
}
BREAKS = ("accept_hang", "drop", "error_after_accept", "truncate")
MODES = (*BREAKS, *REFUSALS, "lose_events", "delay_events", "duplicate_events")


class Faults:
    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._lock = Lock()
        self.seconds = 30.0
        """Seconds that accept_hang hangs."""

    def set(self, mode: str, count: int) -> None:
        """Set a fault. Raises KeyError for an unknown mode."""
        if mode not in MODES:
            raise KeyError(mode)
        with self._lock:
            self._left[mode] = count

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    def left(self) -> dict[str, int]:
        return {mode: count for mode, count in self._left.items() if count}

    def take(self, mode: str) -> bool:
        """Return whether this fault occurs now, and count it down."""
        with self._lock:
            count = self._left.get(mode, 0)
            if count > 0:
                self._left[mode] = count - 1
            return count != 0

    def refuse(self) -> None:
        """Raise Refused if a refusal occurs now."""
        for mode, (code, message, status) in REFUSALS.items():
            if self.take(mode):
                raise Refused(code, message, status)
