"""ripen campaign: schedule a campaign, look at it, stop it, and see who received it."""

import csv
import sys
from datetime import datetime, timedelta
from getpass import getuser
from time import sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from cli import campaign as campaigns
from cli.output.json_output import tell
from cli.output.spreadsheet import as_text
from cli.stack.stack import Stack, connect
from ripen.adapters.table import Conflict, Replace, Row, keys
from ripen.calendar.local_time import office_zone
from ripen.calendar.minute import format_minute
from ripen.campaign import campaign_run as runs
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, IllegalTransition, RunState
from ripen.failure import Failure
from ripen.mail.ledger import SendState
from ripen.playbook.bundle import Campaign

_UNTIL_NO_CLAIM_SECONDS = 2.0
_SAMPLE = 5
_TAKEN = (SendState.ACCEPTED, SendState.FAILED, SendState.SKIPPED, SendState.HELD)


def campaign(
    name: Annotated[str, typer.Argument(help="Of campaigns/NAME.yaml.", show_default=False)],
    schedule: Annotated[bool, typer.Option("--schedule", help="Let it go out at its time.")] = False,
    now: Annotated[bool, typer.Option("--now", help="With --schedule: at once, whatever its time.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Send nothing more until --resume.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Send nothing more, for good.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after a pause or a halt, with what is left.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Once more, to those only whom it did not reach.")] = False,
    held: Annotated[bool, typer.Option("--held", help="With --resend: also where it may have arrived.")] = False,
    recipients: Annotated[bool, typer.Option("--recipients", help="Who received it, as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """How far it is; or schedule, pause, stop, resume or resend it."""
    if sum((schedule, pause, stop, resume, resend, recipients)) > 1:
        raise Failure(
            "One thing at a time.", "Say one of --schedule, --pause, --stop, --resume, --resend, --recipients."
        )
    if as_json and schedule and not yes:
        raise Failure("--json asks nothing.", "Say --yes, once you have seen the audience without --json.")
    if (now and not schedule) or (held and not resend):
        raise Failure("--now belongs to --schedule, and --held to --resend.")
    stack = connect()
    try:
        if recipients:
            _recipients(stack, name, as_json)
            return
        screen = Console(highlight=False, soft_wrap=True, stderr=as_json)
        if schedule:
            _schedule(stack, name, now, yes, screen)
        elif pause or stop:
            _halt(stack, name, stop, screen)
        elif resume or resend:
            _go_on(stack, name, resume, held, screen)
        if as_json:
            tell(campaigns.progress(stack, campaigns.running(stack, name)))
        elif not (schedule or pause or stop or resume or resend):
            _show(stack, campaigns.running(stack, name), screen)
    except IllegalTransition as error:
        raise Failure(str(error), f"Look at it: ripen campaign {name}") from None


def _schedule(stack: Stack, name: str, at_once: bool, yes: bool, screen: Console) -> None:
    asked, bundle, clock = campaigns.of(stack, name), campaigns.live(stack), stack.clock.now()
    row = stack.table.get(keys.campaign(name))
    if row and row.value.state is not RunState.PLANNED:
        raise Failure(
            f"The campaign {name} is {row.value.state}: nobody gets it twice.",
            f"To reach who has not got it: ripen campaign {name} --resend – or write a campaign with another name.",
        )
    zone = bundle.brand.time_zone
    at = clock if at_once else mailing.earliest_start(asked, bundle.brand)
    if not at_once and mailing.in_utc(asked.at, office_zone(bundle.brand)) < clock:
        raise Failure(f"Its time is past: {asked.at}.", "Change `at` and publish, or say --now.")
    leads = campaigns.audience(stack, asked)
    whom = f"who received {asked.recipients_of}" if asked.recipients_of else f"segment {asked.segment}"
    screen.print(
        f"[bold]{escape(name)}[/]: the mail {escape(asked.email)} to {len(leads)} leads ({escape(whom)}), as of now"
    )
    for email in campaigns.emails(stack, leads[:: max(1, len(leads) // _SAMPLE)][:_SAMPLE]):
        screen.print(f"  {escape(email)}")
    when = "now" if at <= clock else _moment(asked, at, zone)
    screen.print(f"Begins {when}{_paced(len(leads), asked.per_hour)}")
    if not yes and not typer.confirm("Schedule it?"):
        screen.print("Nothing was scheduled.")
        return
    run = runs.schedule(asked, bundle.hash, at, getuser(), clock)
    due = max(clock, run.since - runs.HEAD_START)
    try:
        stack.table.write(Replace(keys.campaign(name), run, row.version if row else 0, due=due))
    except Conflict:
        raise Failure("Somebody else scheduled it at the same moment.", f"Look at it: ripen campaign {name}") from None
    screen.print(f"[green]Scheduled.[/] Its progress: ripen campaign {name} – to stop it: ripen campaign {name} --stop")


def _moment(asked: Campaign, at: datetime, zone: str) -> str:
    first = format_minute(at, zone, "en")
    if asked.zone == "brand":
        return first
    return f"{asked.at.replace('T', ' ')} of each lead's own time: furthest east {first} of ours"


def _paced(leads: int, per_hour: int | None) -> str:
    if not per_hour:
        return "."
    return f", at {per_hour} an hour: it takes at least {timedelta(seconds=round(leads / per_hour * 3600))}."


def _halt(stack: Stack, name: str, for_good: bool, screen: Console) -> None:
    row = campaigns.running(stack, name)
    change = runs.stop if for_good else runs.pause
    campaigns.write(stack, row, change(row.value, getuser(), stack.clock.now()))
    sleep(_UNTIL_NO_CLAIM_SECONDS)
    found = campaigns.progress(stack, campaigns.running(stack, name))
    went, left = found["states"]["accepted"], found["states"]["planned"]
    what = "stopped for good" if for_good else "paused"
    screen.print(f"[bold]{escape(name)} is {what}.[/] Sent: {went}. In flight: {found['in_flight']}. Not sent: {left}.")
    if not for_good:
        screen.print(f"Go on with: ripen campaign {name} --resume")


def _go_on(stack: Stack, name: str, resume: bool, held: bool, screen: Console) -> None:
    row, asked, now = campaigns.running(stack, name), campaigns.of(stack, name), stack.clock.now()
    hash = campaigns.live(stack).hash
    if resume:
        run = runs.resume(row.value, asked, hash, getuser(), now)
    else:
        run = runs.resend(row.value, hash, held, getuser(), now)
    campaigns.write(stack, row, run)
    screen.print(
        f"[bold]{escape(name)} goes on[/] within a minute or two, with the mail as it is live now. Nobody gets it twice."
    )


def _recipients(stack: Stack, name: str, as_json: bool) -> None:
    campaigns.running(stack, name)
    found = campaigns.received(stack, name)
    sure = [one for one in found if one.state == SendState.ACCEPTED]
    doubtful = len(found) - len(sure)
    if as_json:
        tell([_row(one) for one in sure])
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("email", "lead", "at"))
        writer.writerows((as_text(one.email), one.lead, one.at.isoformat() if one.at else "") for one in sure)
    if doubtful:
        Console(stderr=True, highlight=False).print(
            f"{doubtful} more may have received it: their outcome is not known yet."
        )


def _row(one: campaigns.Recipient) -> dict[str, str]:
    return {"email": one.email, "lead": one.lead, "at": one.at.isoformat() if one.at else ""}


def _show(stack: Stack, row: Row[CampaignRun], screen: Console) -> None:
    found, run = campaigns.progress(stack, row), row.value
    zone, states = campaigns.live(stack).brand.time_zone, found["states"]
    because = f": {run.reason}" if run.reason else ""
    screen.print(f"[bold]{escape(run.name)}[/] is [bold]{run.state}[/]{escape(because)}")
    done = sum(states[state] for state in _TAKEN)
    screen.print(ProgressBar(total=max(1, found["audience"]), completed=done, width=40))
    screen.print(
        f"{done} of {found['audience']} mails dealt with"
        + ("" if found["walked"] == 1 else "; the audience is still being gone through")
    )
    table = Table("Mails", "", box=None, show_header=False)
    for what, count in (states | found["followed"]).items():
        if count:
            table.add_row(what, str(count))
    for reason, count in sorted(found["skipped"].items(), key=lambda pair: -pair[1]):
        table.add_row(f"  skipped: {escape(reason)}", str(count))
    screen.print(table)
    for event in run.history:
        by, why = f" by {event.by}" if event.by else "", f": {event.reason}" if event.reason else ""
        screen.print(escape(f"{format_minute(event.at, zone, 'en')}  {event.what}{by}{why}"))
    if run.state is RunState.PLANNED:
        asked = stack.playbook.bundle(run.bundle).campaigns[run.name]
        screen.print(f"Begins {_moment(asked, run.at, zone)}")
