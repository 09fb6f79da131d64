"""Recalculate all leads after a new playbook, and say so."""

from rich.console import Console

from cli.output.progress import bar
from cli.stack.stack import Stack


def refold(stack: Stack, screen: Console) -> int:
    """Have every lead recalculated, and return their number."""
    from ripen.operations.publication.refold import refold_all

    screen.print("Scoring, segments or triggers of journeys have changed. If this stops: ripen reclassify --all")
    with bar("Leads to be recalculated") as progress:
        count = refold_all(stack.table, stack.clock, progress)
    screen.print(f"To be recalculated: {count} leads. This alone enrols no lead and alerts no one.")
    return count
