"""ripen enrol: enrol leads in a journey by hand."""

from getpass import getuser
from pathlib import Path
from time import sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.stack.stack import Stack, connect
from ripen.agenda import SHARDS
from ripen.campaign.walk import Entries
from ripen.failure import Failure
from ripen.operations.journeys import enrolment
from ripen.operations.journeys.address_file import addresses
from ripen.operations.live_playbook import live_bundle

_SHOWN = 10
_LOOK_SECONDS = 1.0

_screen = Console(highlight=False, soft_wrap=True)


def enrol(
    journey: Annotated[str, typer.Argument(help="The name in journeys/JOURNEY.yaml.", show_default=False)],
    emails: Annotated[
        list[str] | None, typer.Argument(help="Addresses of leads.", metavar="EMAIL…", show_default=False)
    ] = None,
    segment: Annotated[str, typer.Option(help="Enrol every lead in this segment.", metavar="NAME")] = "",
    csv: Annotated[Path | None, typer.Option(help="Enrol every lead in this file, by its column of addresses.")] = None,
    per_minute: Annotated[int | None, typer.Option(min=1, help="No faster than this.")] = None,
    key: Annotated[
        str,
        typer.Option(
            help="A name for this enrolment: no lead is asked twice under one key. Default: today's date.",
            metavar="TEXT",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Enrol leads in a journey.

    The journey's file decides whether it takes a lead, and whether again. If this is interrupted, the same command
    continues it.
    """
    if bool(emails) + bool(segment) + bool(csv) != 1:
        raise Failure("Which leads?", "Say --segment NAME, --csv FILE, or addresses: one of them.")
    stack = connect()
    now = stack.clock.now()
    entries = Entries(
        journey=journey, segment=segment, key=key or f"{now:%Y-%m-%d}", by=getuser(), at=now, per_minute=per_minute
    )
    enrolment.check_names(entries, live_bundle(stack.playbook))
    if segment:
        _enrol_segment(stack, entries, as_json)
    else:
        _enrol_addresses(stack, entries, addresses(csv.read_bytes(), str(csv)) if csv else emails or [], as_json)


def _enrol_segment(stack: Stack, entries: Entries, as_json: bool) -> None:
    """Start the walk, and wait until it is done."""
    is_new = enrolment.enrol_segment(entries, stack.table, stack.clock)
    if not is_new and not as_json:
        _screen.print(f"These leads were asked before with the key {escape(entries.key)}; waiting until all are done.")
    with bar("Leads of the segment") as progress:
        while True:
            walks = enrolment.segment_walks(entries, stack.table)
            progress(sum(walk.done for walk in walks), SHARDS)
            if all(walk.done for walk in walks):
                break
            sleep(_LOOK_SECONDS)
    count = sum(walk.taken for walk in walks)
    if as_json:
        print_json({"journey": entries.journey, "key": entries.key, "asked": count, "asked_before": not is_new})
        return
    _screen.print(f"[green]{count} leads asked[/] into {escape(entries.journey)}.")


def _enrol_addresses(stack: Stack, entries: Entries, emails: list[str], as_json: bool) -> None:
    with bar("Leads") as progress:
        count, unknown = enrolment.enrol_addresses(entries, emails, stack.table, stack.secrets, stack.clock, progress)
    before = len(set(emails)) - count - len(unknown)
    if as_json:
        found = {"journey": entries.journey, "key": entries.key, "asked": count, "asked_before": before}
        print_json(found | {"unknown": unknown})
        return
    again = f" {before} were asked before with the key {entries.key}." if before else ""
    _screen.print(f"[green]{count} leads asked[/] into {escape(entries.journey)}.{escape(again)}")
    if unknown:
        _screen.print(f"[yellow]{len(unknown)} addresses belong to no lead:[/] {escape(', '.join(unknown[:_SHOWN]))}")
