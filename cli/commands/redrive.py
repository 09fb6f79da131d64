"""ripen redrive: retry what workers gave up."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.stack.redrive import Queue, kinds, overdue_rows, queues, waiting
from cli.stack.redrive import redrive as move
from cli.stack.stack import connect
from ripen.adapters import aws
from ripen.adapters.table import Due

_MOST_SHOWN = 20
_THREADS = 8
"""Reading an empty queue takes a second."""


def redrive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move the messages in the dead-letter queues back to their queues, and list what is overdue on the agenda."""
    stack, sqs = connect(), aws.client("sqs")
    found = queues(stack, sqs)
    counts = {queue.name: waiting(queue, sqs) for queue in found}
    moved = dict.fromkeys(counts, 0)
    if not dry_run:
        moved |= _move_all(found, counts, sqs)
    overdue = overdue_rows(stack)
    if as_json:
        rows = [{"row": due.ref, "due": due.at.isoformat()} for due in overdue]
        print_json({"dead": counts, "moved": moved, "late": rows})
        return
    _show(counts, moved, overdue)


def _move_all(found: list[Queue], counts: dict[str, int], sqs: Any) -> dict[str, int]:
    """Move all messages back, several queues at a time, and return how many by queue."""
    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(_THREADS) as threads:
        tasks = [progress.add_task(queue.name, total=counts[queue.name] or None) for queue in found]
        bars = [partial(_advance, progress, task) for task in tasks]
        return dict(zip(counts, threads.map(move, found, repeat(sqs), bars), strict=True))


def _show(counts: dict[str, int], moved: dict[str, int], overdue: list[Due]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("Queue", "Given up", "Moved back")
    for name, count in counts.items():
        if count or moved[name]:
            table.add_row(escape(name), str(max(count, moved[name])), str(moved[name]))
    console.print(table if table.row_count else "The dead-letter queues are empty.")
    if not overdue:
        console.print("Nothing on the agenda is overdue.")
        return
    said = ", ".join(f"{count} {kind}" for kind, count in kinds(overdue))
    console.print(f"[yellow]Overdue on the agenda:[/] {len(overdue)} rows ({said}). The tick retries them each minute.")
    for due in overdue[:_MOST_SHOWN]:
        console.print(f"  since {due.at:%Y-%m-%d %H:%M} UTC  {escape(due.ref)}")
    if len(overdue) > _MOST_SHOWN:
        console.print(f"  and {len(overdue) - _MOST_SHOWN} more: ripen redrive --json")


def _advance(progress: Progress, task: TaskID, done: int) -> None:
    progress.update(task, completed=done)
