"""ripen status, ripen down: how it stands, and the local cloud itself."""

import os
import signal
from dataclasses import asdict
from time import monotonic, sleep

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.local.home import Home, Status
from cli.local.welcome import welcome
from cli.output.json_output import AsJson, tell
from cli.stack.stack import connect, local
from cli.status import Morning, morning
from ripen.agenda import Lane
from ripen.failure import Failure

_PATIENCE_SECONDS = 40
_LANES = {
    Lane.HOT: "what a person waits for",
    Lane.BULK: "all that may wait behind it",
    Lane.MAIL_HIGH: "mail by SES's rate, high priority",
    Lane.MAIL: "mail by SES's rate",
    Lane.MAIL_LOW: "mail by SES's rate, low priority",
}


def status(as_json: AsJson = False) -> None:
    """Does mail go, what is due and late, what is held; and of the local cloud, where its parts are."""
    here = None if os.environ.get("RIPEN_STACK") else Status.read(Home.here())
    console = Console(highlight=False)
    if here and not here.ready:
        if as_json:
            tell(asdict(here) | {"time": ""})
        else:
            console.print("The local cloud is starting.")
        return
    stack = connect()
    found = morning(stack)
    if as_json:
        place = asdict(here) if here else {"api": stack.site}
        tell(place | {"time": found.now.isoformat(), "sending": found.plain()})
        return
    console.print(welcome(here, detached=True) if here else stack.site)
    console.print(f"Its clock says {found.now:%Y-%m-%d %H:%M:%S} UTC.")
    _show(found, console)


def _show(found: Morning, console: Console) -> None:
    if found.stop:
        console.print(f"[bold red]Sending is stopped[/] since {found.stop.at:%Y-%m-%d %H:%M} UTC: ripen resume")
    if found.shadow:
        console.print(f"[bold yellow]Shadow mode is on[/] since {found.shadow.at:%Y-%m-%d %H:%M} UTC: ripen shadow off")
    if found.breaker:
        until = f"; tried again at {found.breaker.until:%H:%M} UTC" if found.breaker.until else ""
        console.print(f"[bold red]SES refuses our mail[/] ({escape(found.breaker.reason)}){until}. docs/operations.md")
    if found.held:
        console.print(f"[yellow]{found.held} mail{'s are' if found.held != 1 else ' is'} held:[/] ripen held")
    if not any(lane.due for lane in found.lanes):
        console.print("Nothing is due.")
        return
    table = Table("Lane", "Due", "Oldest", title="Due now", title_justify="left")
    for lane in found.lanes:
        if lane.oldest:
            since = f"{lane.oldest:%Y-%m-%d %H:%M} UTC{' [red]late[/]' if lane.is_late(found.now) else ''}"
            table.add_row(f"{lane.lane} ({_LANES[lane.lane]})", str(lane.due), since)
    console.print(table)
    if any(lane.is_late(found.now) for lane in found.lanes):
        console.print("What is late, and what workers gave up: ripen redrive --dry-run")


def down(as_json: AsJson = False) -> None:
    """Stop the local cloud; its data stays for the next `make up`."""
    home = Home.here()
    found = local()
    os.kill(found.pid, signal.SIGTERM)
    until = monotonic() + _PATIENCE_SECONDS
    while Status.read(home) or _runs(found.pid):
        if monotonic() > until:
            raise Failure(f"The local cloud (process {found.pid}) does not stop.", f"Look into {home.folder}/logs.")
        sleep(0.1)
    if as_json:
        tell({"stopped": True})
        return
    Console().print("The local cloud is stopped. Its data is kept; make clean-up forgets it.")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
