"""ripen check, ripen publish: the playbook in a folder."""

import json as encoding
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.output.refold import refold
from cli.stack.stack import Stack, connect
from ripen.failure import Failure
from ripen.playbook.bundle import Bundle
from ripen_authoring.problem import InvalidPlaybook, Problem

_FOLDER = typer.Argument(help="The playbook's folder.", show_default=True)
_screen = Console(highlight=False, soft_wrap=True)


def check(
    folder: Annotated[Path, _FOLDER] = Path("playbook"),
    as_json: AsJson = False,
) -> None:
    """Check the playbook: every mistake in one run, each with its place and what to write instead."""
    from ripen_authoring.compile import check_playbook

    try:
        checked = check_playbook(folder, datetime.now(UTC).date())
    except InvalidPlaybook as invalid:
        if as_json:
            _print_json(invalid.problems)
            sys.exit(1)
        raise _failure(invalid, folder) from None
    if as_json:
        _print_json(checked.warnings)
        return
    _show(checked.warnings, folder)
    warned = f", {_count(len(checked.warnings), 'warning')}" if checked.warnings else ""
    _screen.print(f"[green]The playbook is in order[/] ({_size(checked.bundle)}){warned}.")
    _screen.print("Make it live with: ripen publish")


def _print_json(problems: tuple[Problem, ...]) -> None:
    print(encoding.dumps([asdict(problem) for problem in problems], ensure_ascii=False))


def publish(folder: Annotated[Path, _FOLDER] = Path("playbook"), as_json: AsJson = False) -> None:
    """Check the playbook, store it under the hash of its content, and make it live."""
    from ripen_authoring.compile import compile_playbook

    try:
        bundle = compile_playbook(folder)
    except InvalidPlaybook as invalid:
        if as_json:
            _print_json(invalid.problems)
            sys.exit(1)
        raise _failure(invalid, folder) from None
    stack = connect()
    found = _publish(bundle, stack, Console(highlight=False, soft_wrap=True, stderr=as_json))
    if as_json:
        print_json(found)


def _publish(bundle: Bundle, stack: Stack, screen: Console) -> dict[str, Any]:
    """Make the bundle live, and show what followed."""
    from cli.stack.in_force import wait_with
    from ripen.operations.publication.release import release

    with bar("People in journeys") as progress:
        found = release(bundle, stack.table, stack.playbook, stack.site, stack.clock, wait_with(screen), progress)
    if not found.is_new:
        screen.print(f"Nothing has changed: {bundle.hash} is live already.")
        return {"playbook": bundle.hash, "published": False}
    screen.print(f"[green]Published[/] {bundle.hash} ({_size(bundle)}).")
    if found.moved_on:
        screen.print(f"{found.moved_on} people move on as the journeys say.")
    refolded = refold(stack, screen) if found.needs_refold else 0
    pages = [f"{stack.site}/pages/{page}" for page in sorted(name for name, page in bundle.pages.items() if page.form)]
    for page in pages:
        screen.print(f"See it at {page}")
    return {
        "playbook": bundle.hash,
        "published": True,
        "moved_on": found.moved_on,
        "judged_anew": refolded,
        "pages": pages,
    }


def _size(bundle: Bundle) -> str:
    return ", ".join(
        f"{len(part)} {name if len(part) != 1 else name.removesuffix('s')}"
        for name, part in (
            ("forms", bundle.forms),
            ("pages", bundle.pages),
            ("emails", bundle.emails),
            ("journeys", bundle.journeys),
            ("segments", bundle.segments),
            ("campaigns", bundle.campaigns),
        )
    )


def _failure(invalid: InvalidPlaybook, folder: Path) -> Failure:
    _show(invalid.problems, folder)
    count = sum(problem.severity == "error" for problem in invalid.problems)
    return Failure(f"{_count(count, 'problem')} in the playbook.", "Correct them, then run: ripen check")


def _show(problems: tuple[Problem, ...], folder: Path) -> None:
    error = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        place = f"{folder / problem.file}:{problem.line}:{problem.column}"
        severity = "[yellow]warning:[/] " if problem.severity == "warning" else ""
        error.print(f"[cyan]{escape(place)}[/] {severity}{escape(problem.message)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"
