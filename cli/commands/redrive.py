"""ripen redrive: retry what workers gave up."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, zoned_time
from cli.stack.redrive import Queue, kinds, overdue_rows, queues, waiting
from cli.stack.redrive import redrive as move
from cli.stack.stack import connect
from ripen.adapters import aws
from ripen.adapters.table import Due

_MOST_SHOWN = 20
_THREADS = 8
"""Reading an empty queue takes a second."""


@help_text(
    "Move the messages in the dead-letter queues back to their queues, and list the overdue rows of the agenda.",
    "デッドレターキューのメッセージを元のキューに戻します。期限を過ぎた処理も一覧します。",
)
def redrive(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("Only count the messages.", "件数だけを表示し、何も戻しません。"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    stack, sqs = connect(), aws.client("sqs")
    found = queues(stack, sqs)
    counts = {queue.name: waiting(queue, sqs) for queue in found}
    moved = dict.fromkeys(counts, 0)
    if not dry_run:
        moved |= _move_all(found, counts, sqs)
    overdue = overdue_rows(stack)
    if as_json:
        rows = [{"row": due.ref, "due": due.at.isoformat()} for due in overdue]
        print_json({"failed": counts, "moved": moved, "overdue": rows})
        return
    _show(counts, moved, overdue, brand_zone(stack.playbook))


def _move_all(found: list[Queue], counts: dict[str, int], sqs: Any) -> dict[str, int]:
    """Move all messages back, several queues at a time, and return how many by queue."""
    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(_THREADS) as threads:
        tasks = [progress.add_task(queue.name, total=counts[queue.name] or None) for queue in found]
        bars = [partial(_advance, progress, task) for task in tasks]
        return dict(zip(counts, threads.map(move, found, repeat(sqs), bars), strict=True))


def _show(counts: dict[str, int], moved: dict[str, int], overdue: list[Due], zone: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    columns = (say("Queue", "キュー"), say("Failed messages", "失敗したメッセージ"), say("Moved back", "戻した数"))
    rows = (
        (name, f"{max(count, moved[name]):,}", f"{moved[name]:,}")
        for name, count in counts.items()
        if count or moved[name]
    )
    table = row_table("", columns, rows)
    console.print(
        table if table.row_count else say("The dead-letter queues are empty.", "デッドレターキューは空です。")
    )
    _show_overdue(overdue, zone, console)


def _show_overdue(overdue: list[Due], zone: str, console: Console) -> None:
    if not overdue:
        console.print(say("Nothing on the agenda is overdue.", "期限を過ぎた処理はありません。"))
        return
    count = len(overdue)
    listed = ", ".join(f"{number} {kind}" for kind, number in kinds(overdue))
    console.print(
        say(
            f"[yellow]Overdue on the agenda:[/] {count} ({listed}). The tick retries each of them every minute.",
            f"[yellow]期限を過ぎた処理:[/] {count} 件（{listed}）。定期処理（tick）が毎分再試行します。",
        )
    )
    for due in overdue[:_MOST_SHOWN]:
        since = zoned_time(due.at, zone)
        console.print(f"  {say(f'since {since}', f'{since} から')}  {escape(due.ref)}")
    if count > _MOST_SHOWN:
        more = count - _MOST_SHOWN
        console.print(say(f"  and {more} more: ripen redrive --json", f"  ほか {more} 件: ripen redrive --json"))


def _advance(progress: Progress, task: TaskID, done: int) -> None:
    progress.update(task, completed=done)
