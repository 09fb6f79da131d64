"""ripen clock +3d: let time pass on the local cloud."""

import re
from datetime import timedelta

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cli.output.json_output import AsJson, print_json
from cli.stack.stack import connect, local
from ripen.failure import Failure

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def clock(
    by: str = typer.Argument("", help="+3d, +2h, +30m, +90s or several, such as +1d12h. Without it, show the time."),
    as_json: AsJson = False,
) -> None:
    """Move the local cloud's clock forward. On the way, do everything that falls due, in order."""
    from cli.local.clock import walk

    delta = span(by) if by else timedelta()
    local()
    stack = connect()
    console = Console(highlight=False, stderr=as_json)
    start = stack.clock.now()
    if delta:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Time passes", total=delta.total_seconds())

            def shown(done: timedelta) -> None:
                progress.update(task, completed=done.total_seconds())

            walk(stack, start + delta, shown)
    if as_json:
        print_json({"time": stack.clock.now().isoformat()})
        return
    console.print(f"It is {stack.clock.now():%Y-%m-%d %H:%M:%S} UTC on the local cloud.")


def span(text: str) -> timedelta:
    """Return +1d12h as a timedelta. Raise Failure for anything else: time does not go back."""
    if not re.fullmatch(r"\+?(\d+[dhms])+", text):
        raise Failure(
            f"{text!r} is not a span of time.", "For example: +3d, +2h, +30m or +90s. The clock only goes forward."
        )
    return timedelta(**{_UNITS[unit]: int(amount) for amount, unit in re.findall(r"(\d+)([dhms])", text)})
