"""Faults of the org on demand."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field


class Mode(StrEnum):
    HANG = "hang"  # no answer for `seconds`, nothing done
    ERROR_500 = "error_500"  # nothing done
    DOWN = "down"  # 503, also for tokens
    LOCK_ROW = "lock_row"  # another transaction has locked a row
    LIMIT = "limit"  # the day's calls are used up
    EXPIRE_TOKENS = "expire_tokens"  # all sessions end now
    DUPLICATE = "duplicate"  # the duplicate rule alerts for new leads and contacts
    BLOCK_DUPLICATE = "block_duplicate"  # the duplicate rule blocks them, and nobody can overrule it
    DROP_AFTER_WRITE = "drop_after_write"  # done, and then the connection breaks
    HANG_AFTER_WRITE = "hang_after_write"  # done, and then no answer for `seconds`


class Fault(BaseModel):
    """Affects the next `count` requests or rows; -1: until it is set to 0."""

    mode: Mode
    count: int = 1
    seconds: float = Field(default=60, ge=0, le=600)


class Faults:
    def __init__(self) -> None:
        self._set: dict[Mode, Fault] = {}

    def put(self, fault: Fault) -> None:
        self._set[fault.mode] = fault

    def clear(self) -> None:
        self._set.clear()

    def take(self, mode: Mode) -> Fault | None:
        """Return the fault if it occurs now, and count it down."""
        fault = self._set.get(mode)
        if fault is None or fault.count == 0:
            return None
        self._set[mode] = fault.model_copy(update={"count": max(fault.count - 1, -1)})
        return fault

    def active(self, mode: Mode) -> bool:
        return mode in self._set and self._set[mode].count != 0

    def listed(self) -> list[dict[str, Any]]:
        return [fault.model_dump() for fault in self._set.values() if fault.count]
