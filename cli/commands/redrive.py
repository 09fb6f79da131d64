"""ripen redrive: try again what workers gave up."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from cli.stack.redrive import kinds, late, queues, waiting
from cli.stack.redrive import redrive as move
from cli.stack.stack import connect
from ripen.adapters import aws

_MOST_SHOWN = 20
_THREADS = 8
"""A look into an empty queue takes a second."""


def redrive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Move what lies in the dead-letter queues back to where it came from, and list what is late on the agenda."""
    stack, sqs = connect(), aws.client("sqs")
    found = queues(stack, sqs)
    counts = {queue.name: waiting(queue, sqs) for queue in found}
    moved = dict.fromkeys(counts, 0)
    if not dry_run:
        with (
            Progress(console=Console(stderr=True), transient=True) as progress,
            ThreadPoolExecutor(_THREADS) as threads,
        ):
            tasks = [progress.add_task(queue.name, total=counts[queue.name] or None) for queue in found]
            tellers = [partial(_shown, progress, task) for task in tasks]
            moved |= zip(counts, threads.map(move, found, repeat(sqs), tellers), strict=True)
    overdue = late(stack)
    if as_json:
        rows = [{"row": due.ref, "due": due.at.isoformat()} for due in overdue]
        print(json.dumps({"dead": counts, "moved": moved, "late": rows}, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    table = Table("Queue", "Given up", "Moved back")
    for name, count in counts.items():
        if count or moved[name]:
            table.add_row(escape(name), str(max(count, moved[name])), str(moved[name]))
    console.print(table if table.row_count else "Nothing lies in a dead-letter queue.")
    if not overdue:
        console.print("Nothing is late on the agenda.")
        return
    said = ", ".join(f"{count} {kind}" for kind, count in kinds(overdue))
    console.print(
        f"[yellow]Late on the agenda:[/] {len(overdue)} rows ({said}). The tick tries them again each minute."
    )
    for due in overdue[:_MOST_SHOWN]:
        console.print(f"  since {due.at:%Y-%m-%d %H:%M} UTC  {escape(due.ref)}")
    if len(overdue) > _MOST_SHOWN:
        console.print(f"  and {len(overdue) - _MOST_SHOWN} more: ripen redrive --json")


def _shown(progress: Progress, task: TaskID, done: int) -> None:
    progress.update(task, completed=done)
