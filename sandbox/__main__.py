"""Run the local cloud: python -m sandbox [--detach], until Ctrl-C or in the background."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from types import FrameType
from typing import IO

import typer
from rich.console import Console
from rich.markup import escape

from cli.local.home import PROJECT, Home, LocalCloud, ask_this_machine_directly, keep_files_private
from cli.local.welcome import welcome
from cli.output.language import choose, language, say
from ripen.failure import Failure
from sandbox.build import CommandFailed
from sandbox.emulator import EmulatorFailed
from sandbox.runner import running

_PATIENCE_SECONDS = 300
_STEP = "· "
console = Console(highlight=False)


def up(detach: bool = typer.Option(False, help="Return when everything is ready, and let it run on.")) -> None:
    """Start the local cloud."""
    choose([], os.environ)
    ask_this_machine_directly()
    keep_files_private()
    os.environ.pop("RIPEN_STACK", None)  # never publish to a stack on AWS from here
    home = Home.here()
    lock = home.take() or _wait(home)
    if lock is None:
        return
    if detach:
        lock.close()
        _detached(home)
    else:
        _foreground(home, lock)


def _wait(home: Home) -> IO[str] | None:
    """Return the folder's lock once its holder is gone; None if the holder is a cloud that is or becomes ready."""
    until = time.monotonic() + _PATIENCE_SECONDS
    found = LocalCloud.read(home)
    if not (found and found.ready):
        console.print(
            say(
                "The local cloud is already starting, or still stopping …",
                "ローカルクラウドは起動中、または停止中です…",
            )
        )
    while time.monotonic() < until:
        found = LocalCloud.read(home)
        if found and found.ready:
            console.print(say("The local cloud is already running.", "ローカルクラウドはすでに起動しています。"))
            console.print(welcome(found, detached=True))
            return None
        if lock := home.take():
            return lock
        time.sleep(0.2)
    console.print(
        say(
            f"[red]Another process still uses {home.folder}.[/] Its logs are in that folder.",
            f"[red]別のプロセスが {home.folder} を使用しています。[/]ログはそのフォルダーにあります。",
        )
    )
    raise typer.Exit(1)


def _foreground(home: Home, lock: IO[str]) -> None:
    ended = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        ended.set()
        if not ready:
            raise KeyboardInterrupt

    ready = False
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    started = time.monotonic()
    try:
        with running(home, lock, lambda step: _print_step(f"{_STEP}{step}")) as (runner, status):
            ready = True
            seconds = f"{time.monotonic() - started:.0f}"
            console.print(say(f"Ready after {seconds} s.\n", f"{seconds} 秒で起動しました。\n"))
            console.print(welcome(status, detached=not sys.stdout.isatty()))
            while not ended.wait(1):
                if runner.failed():
                    console.print(f"[red]{runner.failed()}[/] {home.folder}/logs")
                    raise typer.Exit(1)
            console.print(say("Stopping …", "停止しています…"))
    except KeyboardInterrupt:
        console.print(say("Stopped before it was ready.", "起動が終わる前に停止しました。"))
        raise typer.Exit(130) from None
    except Failure as failure:
        what, next_step = failure.in_language(language())
        console.print(f"{_not_started()} {escape(what)}\n{escape(next_step)}", soft_wrap=True)
        raise typer.Exit(1) from None
    except (CommandFailed, EmulatorFailed, RuntimeError, OSError) as error:
        console.print(f"{_not_started()} {error}")
        raise typer.Exit(1) from None


def _detached(home: Home) -> None:
    log = home.log("runner")
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "sandbox"],
            cwd=PROJECT,
            env=dict(os.environ) | {"RIPEN_LOCAL": str(home.folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    shown = 0
    until = time.monotonic() + _PATIENCE_SECONDS
    try:
        while child.poll() is None and time.monotonic() < until:
            shown = _show(log, shown)
            status = LocalCloud.read(home)
            if status and status.ready:
                console.print(welcome(status, detached=True))
                return
            time.sleep(0.2)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        console.print(say("Stopped before it was ready.", "起動が終わる前に停止しました。"))
        raise typer.Exit(130) from None
    child.terminate()
    last_lines = say(f"The last lines of {log}:", f"{log} の最後の行:")
    console.print(f"{_not_started()} {last_lines}")
    console.print("\n".join(log.read_text(errors="replace").splitlines()[-25:]), markup=False)
    raise typer.Exit(1)


def _not_started() -> str:
    return say("[red]The local cloud did not start.[/]", "[red]ローカルクラウドを起動できませんでした。[/]")


def _show(log: Path, shown: int) -> int:
    steps = [line for line in log.read_text(errors="replace").splitlines() if line.startswith(_STEP)]
    for step in steps[shown:]:
        _print_step(step)
    return len(steps)


def _print_step(step: str) -> None:
    """Print a step on one line, however long it is: `_show` looks for lines."""
    console.print(step, markup=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(up)
