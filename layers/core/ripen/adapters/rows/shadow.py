"""Shadow mode: Ripen judges everything, but sends nothing and writes nothing to outside systems."""

from ripen.adapters.table import Table, keys


def in_shadow(table: Table) -> bool:
    """Return whether shadow mode is on now. Call it right before each call to an outside system; it is never cached."""
    row = table.get(keys.SHADOW)
    return row is not None and row.value.on
