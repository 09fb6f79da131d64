"""ripen clock +3d: let time pass on the local cloud."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.time_zone import brand_zone, local_time
from cli.stack.stack import connect, local
from ripen.failure import Failure
from ripen.words import Words

_LONGEST = timedelta(days=3650)
"""Dates much further in the future could not be stored."""
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_TOO_LONG = Failure(
    Words("The clock goes forward at most 3,650 days at once.", "時計を一度に進められるのは 3,650 日までです。"),
    Words("Write a shorter span, for example +365d.", "+365d のように、もっと短い時間を指定してください。"),
)


@help_text(
    "Move the local cloud's clock forward, and do everything that falls due on the way, in order.",
    "ローカルクラウドの時計を進めます。その間に期限が来る処理を順に実行します。",
)
def clock(
    by: Annotated[
        str,
        typer.Argument(
            help=say(
                "+3d, +2h, +30m, +90s, or a combination such as +1d12h. Without it, the command shows the time.",
                "+3d、+2h、+30m、+90s、または +1d12h のような組み合わせ。省略すると時刻を表示します。",
            ),
            metavar="+SPAN",
            show_default=False,
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from cli.local.clock import walk

    delta = span(by) if by else timedelta()
    local()
    stack = connect()
    console = Console(highlight=False, stderr=as_json)
    start = stack.clock.now()
    if delta:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task(say("Time passes", "時計を進めています"), total=delta.total_seconds())

            def shown(done: timedelta) -> None:
                progress.update(task, completed=done.total_seconds())

            walk(stack, start + delta, shown)
    if as_json:
        print_json({"time": stack.clock.now().isoformat()})
        return
    zone = brand_zone(stack.playbook)
    now = f"{local_time(stack.clock.now(), zone, '%Y-%m-%d %H:%M:%S')} {zone}"
    console.print(say(f"The local cloud's clock says {now}.", f"ローカルクラウドの時刻: {now}"))


def span(text: str) -> timedelta:
    """Return +1d12h as a timedelta. Raise Failure for any other text, and for more than 3,650 days."""
    if not re.fullmatch(r"\+?(\d+[dhms])+", text):
        raise Failure(
            Words(f"{text!r} is not a span of time.", f"{text!r} は時間の長さではありません。"),
            Words(
                "Write, for example, +3d, +2h, +30m or +90s. The clock only goes forward.",
                "+3d、+2h、+30m、+90s のように指定してください。時計は戻せません。",
            ),
        )
    try:
        parts = [timedelta(**{_UNITS[unit]: int(amount)}) for amount, unit in re.findall(r"(\d+)([dhms])", text)]
        found = sum(parts, timedelta())
    except (OverflowError, ValueError):  # int() refuses over 4,300 digits
        raise _TOO_LONG from None
    if found > _LONGEST:
        raise _TOO_LONG
    return found
