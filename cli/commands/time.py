"""ripen clock +3d, ripen clock "2026-12-04 10:00": let time pass on the local cloud."""

import re
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.time_zone import brand_zone, zoned_time
from cli.stack.stack import connect, local
from ripen.calendar.local_time import instant
from ripen.failure import Failure
from ripen.words import Words

_LONGEST = timedelta(days=3650)
"""Dates much further in the future could not be stored."""
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
_TO_THE_MINUTE, _TO_THE_SECOND = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"
_EXAMPLES = Words(
    'Write, for example, +3d, +2h, +30m, +90s or "2026-12-04 10:00". The clock only goes forward.',
    '+3d、+2h、+30m、+90s、または "2026-12-04 10:00" のように指定してください。時計は戻せません。',
)
_TOO_LONG = Failure(
    Words("The clock goes forward at most 3,650 days at once.", "時計を一度に進められるのは 3,650 日までです。"),
    Words("Write a shorter span, for example +365d.", "+365d のように、もっと短い時間を指定してください。"),
)


@help_text(
    "Move the local cloud's clock forward, and do everything that falls due on the way, in order.",
    "ローカルクラウドの時計を進めます。その間に期限が来る処理を順に実行します。",
)
def clock(
    to: Annotated[
        str,
        typer.Argument(
            help=say(
                "+3d, +2h, +30m, +90s, a combination such as +1d12h, or a time in the time zone of the playbook,"
                ' such as "2026-12-04 10:00" or 2026-12-04 (0:00). Without it, the command shows the time.',
                "+3d、+2h、+30m、+90s、+1d12h のような組み合わせ、またはプレイブックのタイムゾーンでの日時"
                '（"2026-12-04 10:00"、または 0:00 を指す 2026-12-04）。省略すると時刻を表示します。',
            ),
            metavar="+SPAN|TIME",
            show_default=False,
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from cli.local.clock import walk

    local()
    stack = connect()
    zone = brand_zone(stack.playbook)
    console = Console(highlight=False, stderr=as_json)
    start = stack.clock.now()
    if to:
        end = target(to, start, zone)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task(say("Time passes", "時計を進めています"), total=(end - start).total_seconds())

            def shown(done: timedelta) -> None:
                progress.update(task, completed=done.total_seconds())

            walk(stack, end, shown)
    if as_json:
        print_json({"time": stack.clock.now().isoformat()})
        return
    now = zoned_time(stack.clock.now(), zone, _TO_THE_SECOND)
    console.print(say(f"The local cloud's clock says {now}.", f"ローカルクラウドの時刻: {now}"))


def target(text: str, now: datetime, zone: str) -> datetime:
    """Return the time that the clock moves to: after a span such as +1d12h, or a local time in that zone.

    Raise Failure for any other text, for a time that is not in the future, and for more than 3,650 days.
    """
    if not _TIME.fullmatch(text):
        return now + span(text)
    try:
        local = datetime.fromisoformat(text)
        end = instant(local.date(), local.time(), ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise Failure(Words(f"There is no time {text!r}.", f"{text!r} という日時はありません。"), _EXAMPLES) from None
    if end <= now:
        form = _TO_THE_SECOND if end.second else _TO_THE_MINUTE
        raise Failure(
            Words(
                f"{zoned_time(end, zone, form)} is in the past: the local cloud's clock says"
                f" {zoned_time(now, zone, _TO_THE_SECOND)}.",
                f"{zoned_time(end, zone, form)} は過去の日時です。ローカルクラウドの時刻:"
                f" {zoned_time(now, zone, _TO_THE_SECOND)}",
            ),
            Words("Name a later time. The clock only goes forward.", "後の日時を指定してください。時計は戻せません。"),
        )
    if end - now > _LONGEST:
        raise _TOO_LONG
    return end


def span(text: str) -> timedelta:
    """Return +1d12h as a timedelta. Raise Failure for any other text, and for more than 3,650 days."""
    if not re.fullmatch(r"\+?(\d+[dhms])+", text):
        raise Failure(
            Words(
                f"{text!r} is neither a span of time nor a time.",
                f"{text!r} は時間の長さでも日時でもありません。",
            ),
            _EXAMPLES,
        )
    try:
        parts = [timedelta(**{_UNITS[unit]: int(amount)}) for amount, unit in re.findall(r"(\d+)([dhms])", text)]
        found = sum(parts, timedelta())
    except (OverflowError, ValueError):  # int() refuses over 4,300 digits
        raise _TOO_LONG from None
    if found > _LONGEST:
        raise _TOO_LONG
    return found
