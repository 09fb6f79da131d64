"""ripen status, ripen down: the local cloud itself."""

import json
import os
import signal
from dataclasses import asdict
from time import monotonic, sleep

import typer
from rich.console import Console

from cli.failure import Failure
from cli.scripts import AsJson, tell
from cli.stack import connect, local
from ripen.adapters.table import keys
from sandbox.home import Home, Status
from sandbox.welcome import welcome

_PATIENCE_SECONDS = 40


def status(as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """Where the local cloud's parts are, what time it is there, and whether sending is stopped."""
    found = local()
    if as_json:
        shown = asdict(found)
        shown["time"] = connect().clock.now().isoformat() if found.ready else ""
        print(json.dumps(shown, indent=2))
        return
    console = Console(highlight=False)
    if not found.ready:
        console.print("The local cloud is starting.")
        return
    stack = connect()
    stopped, shadow = stack.table.get_many([keys.STOP, keys.SHADOW])
    console.print(welcome(found, detached=True))
    console.print(f"Its clock says {stack.clock.now():%Y-%m-%d %H:%M:%S} UTC.")
    if stopped and stopped.value.on:
        console.print(f"[bold red]Sending is stopped[/] since {stopped.value.at:%Y-%m-%d %H:%M} UTC: ripen resume")
    if shadow and shadow.value.on:
        console.print(f"[bold yellow]Shadow mode is on[/] since {shadow.value.at:%Y-%m-%d %H:%M} UTC: ripen shadow off")


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
