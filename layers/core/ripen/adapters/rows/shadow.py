"""Is this shadow mode? A company starts in it: everything is judged, nothing is sent or written outside."""

from ripen.adapters.table import Table, keys


def in_shadow(table: Table) -> bool:
    """As it stands now, read anew: asked right before a call outside."""
    row = table.get(keys.SHADOW)
    return row is not None and row.value.on
