"""ripen enrol: ask leads into a journey."""

from getpass import getuser
from pathlib import Path
from time import sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from cli import enrolment
from cli.campaign import live
from cli.output.json_output import AsJson, tell
from cli.stack.stack import Stack, connect
from ripen.agenda import SHARDS
from ripen.campaign.walk import Entries
from ripen.failure import Failure

_SHOWN = 10
_LOOK_SECONDS = 1.0

_screen = Console(highlight=False, soft_wrap=True)


def enrol(
    journey: Annotated[str, typer.Argument(help="Of journeys/JOURNEY.yaml.", show_default=False)],
    emails: Annotated[list[str] | None, typer.Argument(help="Addresses.", metavar="EMAIL…", show_default=False)] = None,
    segment: Annotated[str, typer.Option(help="Everyone in this segment.", metavar="NAME")] = "",
    csv: Annotated[Path | None, typer.Option(help="Everyone in this file, by its column of addresses.")] = None,
    per_minute: Annotated[int | None, typer.Option(min=1, help="No faster than this.")] = None,
    key: Annotated[
        str, typer.Option(help="What this is; the same key asks nobody twice. By default today's date.", metavar="TEXT")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Ask leads into a journey. Whether it takes them, and again, its file says. Broken off, the same command goes on."""
    if bool(emails) + bool(segment) + bool(csv) != 1:
        raise Failure("Whom?", "Say --segment NAME, --csv FILE, or addresses: one of them.")
    stack = connect()
    bundle, now = live(stack), stack.clock.now()
    if journey not in bundle.journeys:
        raise Failure(f"The live playbook has no journey {journey!r}.", f"It has: {', '.join(sorted(bundle.journeys))}")
    if segment and segment not in bundle.segments:
        raise Failure(f"The live playbook has no segment {segment!r}.", f"It has: {', '.join(sorted(bundle.segments))}")
    entries = Entries(
        journey=journey, segment=segment, key=key or f"{now:%Y-%m-%d}", by=getuser(), at=now, per_minute=per_minute
    )
    if segment:
        _segment(stack, entries, as_json)
    else:
        _each(stack, entries, enrolment.addresses(csv) if csv else emails or [], as_json)


def _segment(stack: Stack, entries: Entries, as_json: bool) -> None:
    began = enrolment.ask_segment(stack, entries)
    if not began and not as_json:
        _screen.print(f"Asked before with the key {escape(entries.key)}; this is how far it is.")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("The roster", total=SHARDS)
        while True:
            found = enrolment.walked(stack, entries)
            bar.update(task, completed=sum(walk.done for walk in found))
            if all(walk.done for walk in found):
                break
            sleep(_LOOK_SECONDS)
    count = sum(walk.taken for walk in found)
    if as_json:
        tell({"journey": entries.journey, "key": entries.key, "asked": count, "asked_before": not began})
        return
    _screen.print(f"[green]{count} leads asked[/] into {escape(entries.journey)}.")


def _each(stack: Stack, entries: Entries, emails: list[str], as_json: bool) -> None:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Leads", total=len(emails))
        count, unknown = enrolment.ask_each(stack, entries, emails, lambda some: bar.advance(task, some))
    before = len(set(emails)) - count - len(unknown)
    if as_json:
        found = {"journey": entries.journey, "key": entries.key, "asked": count, "asked_before": before}
        tell(found | {"unknown": unknown})
        return
    again = f" {before} were asked before with the key {entries.key}." if before else ""
    _screen.print(f"[green]{count} leads asked[/] into {escape(entries.journey)}.{escape(again)}")
    if unknown:
        _screen.print(f"[yellow]{len(unknown)} addresses belong to no lead:[/] {escape(', '.join(unknown[:_SHOWN]))}")
