"""The dependencies of nurture.walk."""

from collections.abc import Callable

from msgspec import Struct

from ripen.adapters.table import Table
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock, Wake


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that a walk needs."""

    table: Table
    live: Callable[[], Bundle]
    bundle: Callable[[str], Bundle]
    """Returns the bundle with this hash."""
    clock: Clock
    queue: Wake
    """Wakes nurture.walk itself."""
