"""The ports that folding needs."""

from collections.abc import Callable

from msgspec import Struct

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Table
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that folding needs, and the playbook that it follows."""

    table: Table
    clock: Clock
    queues: Queues
    bundle: Bundle
    previous: Callable[[], Bundle | None] = lambda: None
    """Returns the playbook before this one, None without one."""
