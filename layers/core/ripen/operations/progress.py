"""How a long operation reports its progress."""

from collections.abc import Callable

type Progress = Callable[[int, int], object]
"""Called with the number of parts that are done, and the number of all parts."""


def silent(done: int, total: int) -> None:
    """Report no progress."""
