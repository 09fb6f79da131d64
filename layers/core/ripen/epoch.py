"""Times as whole numbers since 1970: half the room that they take as text."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND, _MICROSECOND = timedelta(milliseconds=1), timedelta(microseconds=1)


def to_millis(at: datetime) -> int:
    """Return the time in milliseconds, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def due_millis(at: datetime) -> int:
    """Return the time in milliseconds, rounded up: a row never falls due before the moment that it waits for."""
    return -((_EPOCH - at) // _MILLISECOND)


def from_millis(millis: int) -> datetime:
    """Return the time of these milliseconds."""
    return _EPOCH + millis * _MILLISECOND


def to_micros(at: datetime) -> int:
    """Return the time in microseconds, which is exact."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the time of these microseconds."""
    return _EPOCH + micros * _MICROSECOND
