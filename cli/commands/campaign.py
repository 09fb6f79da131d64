"""ripen campaign: schedule a campaign, look at it, pause or stop it, and list its recipients."""

import csv
import sys
from getpass import getuser
from time import sleep
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands._choice import YesOption, is_confirmed, require_yes
from cli.output.as_of_now import MostLeads
from cli.output.campaign import show_before, show_campaign, show_links, show_proposal
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, local_time
from cli.output.verbs import Verbs
from cli.stack.stack import Stack, connect
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.mail.ledger import SendState
from ripen.operations.leads.listing import MOST
from ripen.operations.live_playbook import live_bundle
from ripen.operations.sending import campaign_report, campaigns
from ripen.operations.sending.reach import estimate
from ripen.operations.sending.switches import UNTIL_SEEN_SECONDS, in_flight
from ripen.operations.spreadsheet import escape_formula
from ripen.words import Words

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    help=say(
        "Schedule a campaign, look at it, pause, stop, resume or resend it, and list its recipients."
        " `ripen campaign NAME` shows it.",
        "キャンペーンの予約、状況の確認、一時停止、中止、再開、再送、受信者の一覧。"
        " `ripen campaign NAME` で状況を表示します。",
    ),
)
_Name = Annotated[
    str,
    typer.Argument(
        help=say("The name in campaigns/NAME.yaml.", "campaigns/NAME.yaml の名前。"), metavar="NAME", show_default=False
    ),
]


@app.command()
@help_text(
    "Show the campaign: before it begins, when it begins and how many people it would reach; then how far it is:"
    " mails sent, skipped and why, delivered, clicked, and who changed what.",
    "キャンペーンを表示します。開始前は、開始時刻と届く人数。開始後は、送信数、送らなかった数とその理由、到達、クリック、"
    "操作の記録。",
)
def show(
    name: _Name,
    links: Annotated[
        bool,
        typer.Option(
            "--links",
            help=say(
                "Also count the clicks by link, which reads the mail of each lead.",
                "リンクごとのクリックも数えます（全員のメールを読みます）。",
            ),
        ),
    ] = False,
    most: MostLeads = MOST,
    as_json: AsJson = False,
) -> None:
    stack, screen = connect(), _screen(as_json)
    row = campaign_report.scheduled_run(name, stack.table)
    if row is None or row.value.state is RunState.PLANNED:
        _show_before(name, row.value if row else None, most, stack, screen, as_json)
        return
    found = campaign_report.campaign_report(row.value, stack.table)
    clicks = None
    if links:
        with bar(say("Recipients", "受信者")) as progress:
            clicks = campaign_report.clicks_by_link(name, stack.table, progress)
    if as_json:
        counted = {"in_flight": in_flight(stack.table, stack.clock.now(), name)}
        print_json(found | counted | ({"links": dict(clicks)} if clicks is not None else {}))
        return
    show_campaign(row.value, found, stack.playbook, screen)
    if clicks is not None:
        show_links(clicks, screen)


def _show_before(name: str, run: CampaignRun | None, most: int, stack: Stack, screen: Console, as_json: bool) -> None:
    """Show a campaign that has not begun, by the live playbook or, if that has dropped it, by the scheduled one."""
    bundle, now = live_bundle(stack.playbook), stack.clock.now()
    if run and name not in bundle.campaigns:
        bundle = stack.playbook.bundle(run.bundle)
    campaign = campaign_report.find_campaign(name, bundle)
    with bar(say("Audience", "宛先")) as progress:
        reach = estimate(campaign, stack.table, bundle, stack.secrets.key("address"), now, most, progress)
    if as_json:
        report = campaign_report.campaign_report(run, stack.table) if run else {"run": None}
        print_json(
            report
            | {
                "in_flight": in_flight(stack.table, now, name) if run else 0,
                "reach": {"leads": reach.leads, "reached": reach.reached, "refused": dict(reach.refused)},
                "read": reach.sample.read,
                "all": reach.sample.is_all,
            }
        )
        return
    start = run.at if run else mailing.earliest_start(campaign, bundle.brand)
    show_before(name, run, start, reach, bundle, screen)
    if run is None:
        screen.print(
            say(f"Schedule it with: ripen campaign schedule {name}", f"予約するには: ripen campaign schedule {name}")
        )


def _question(proposal: campaigns.Proposal) -> Words:
    if not proposal.is_now:
        return Words("Schedule it?", "予約しますか？")
    count = proposal.leads
    leads = "1 lead" if count == 1 else f"{count:,} leads"
    return Words(f"Send it to {leads} now?", f"{count:,} 人に今すぐ配信します。よろしいですか？")


@app.command()
@help_text(
    "Schedule the campaign, after showing how many leads it would reach, and when.",
    "何人に、いつ送るかを示して確認してから、キャンペーンを予約します。",
)
def schedule(
    name: _Name,
    now: Annotated[
        bool, typer.Option("--now", help=say("At once, whatever its time.", "開始時刻にかかわらず、すぐに送ります。"))
    ] = False,
    yes: YesOption = False,
    as_json: AsJson = False,
) -> None:
    require_yes(yes=yes, as_json=as_json)
    stack, screen = connect(), _screen(as_json)
    clock = stack.clock.now()
    with bar(say("Audience", "宛先")) as progress:
        proposal = campaigns.propose(name, now, stack.table, stack.playbook, clock, progress)
    show_proposal(proposal, screen)
    if not yes and not is_confirmed(_question(proposal)):
        screen.print(
            say(
                f"Nothing was scheduled. To do it later: ripen campaign schedule {name}",
                f"予約しませんでした。あとで予約するには: ripen campaign schedule {name}",
            )
        )
        return
    campaigns.schedule(proposal, getuser(), stack.table, clock)
    done = say("Sending begins.", "配信を始めます。") if proposal.is_now else say("Scheduled.", "予約しました。")
    screen.print(
        say(
            f"[green]{done}[/] Its progress: ripen campaign {name} – to stop it: ripen campaign stop {name}",
            f"[green]{done}[/] 状況: ripen campaign {name} – 中止: ripen campaign stop {name}",
        )
    )
    _as_json(stack, name, as_json)


@app.command()
@help_text("Send nothing more until the campaign is resumed.", "再開するまで、残りを送りません。")
def pause(name: _Name, as_json: AsJson = False) -> None:
    stack, screen = connect(), _screen(as_json)
    campaigns.pause(name, getuser(), stack.table, stack.playbook, stack.clock.now())
    _wait_and_show(stack, name, say("paused", "一時停止しました"), screen)
    screen.print(say(f"Resume it with: ripen campaign resume {name}", f"再開するには: ripen campaign resume {name}"))
    _as_json(stack, name, as_json)


@app.command()
@help_text("Send nothing more, for good.", "残りを送らずに中止します。再開はできません。")
def stop(name: _Name, as_json: AsJson = False) -> None:
    stack, screen = connect(), _screen(as_json)
    campaigns.stop(name, getuser(), stack.table, stack.playbook, stack.clock.now())
    _wait_and_show(stack, name, say("stopped for good", "中止しました"), screen)
    _as_json(stack, name, as_json)


@app.command()
@help_text("Resume after a pause or a halt, with what is left.", "一時停止や自動停止のあと、残りの配信を再開します。")
def resume(name: _Name, as_json: AsJson = False) -> None:
    stack, screen = connect(), _screen(as_json)
    campaigns.resume(name, getuser(), stack.table, stack.playbook, stack.clock.now())
    _show_resumed(name, screen)
    _as_json(stack, name, as_json)


@app.command()
@help_text(
    "Send the campaign again, only to the leads that it did not reach.", "届いていない人にだけ、もう一度送ります。"
)
def resend(
    name: _Name,
    held: Annotated[
        bool,
        typer.Option("--held", help=say("Also where it may have arrived.", "届いたかどうか分からない人にも送ります。")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    stack, screen = connect(), _screen(as_json)
    now = stack.clock.now()
    with bar(say("Audience", "宛先")) as progress:
        campaigns.resend(name, held, getuser(), stack.table, stack.playbook, now, progress)
    screen.print(
        say(
            f"[bold]{escape(name)}[/] goes within a minute or two to the leads that it did not reach,"
            " with the mail as it is live now. No lead gets it twice.",
            f"1、2 分以内に、[bold]{escape(name)}[/] を届いていない人へ公開中の文面で再送します。"
            "同じ人に二度は送りません。",
        )
    )
    _as_json(stack, name, as_json)


@app.command()
@help_text("List the leads that received the campaign, as CSV.", "受け取った人の一覧を CSV で出力します。")
def recipients(
    name: _Name,
    as_csv: Annotated[
        bool,
        typer.Option(
            "--csv", help=say("As CSV, as into a file or a pipe.", "CSV で出力します（ファイルやパイプへは常に CSV）。")
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    campaign_report.campaign_run(name, stack.table, stack.playbook)
    with bar(say("Recipients", "受信者")) as progress:
        found = campaign_report.recipients(name, stack.table, progress)
    sure = [recipient for recipient in found if recipient.state == SendState.ACCEPTED]
    zone = ZoneInfo("UTC" if as_json else brand_zone(stack.playbook))
    rows = [(each.email, each.lead, each.at.astimezone(zone).isoformat() if each.at else "") for each in sure]
    if as_json:
        print_json([dict(zip(("email", "lead", "at"), row, strict=True)) for row in rows])
    elif sys.stdout.isatty() and not as_csv:
        columns = (say("Mail", "メール"), say(f"Sent ({zone})", f"送信日時（{zone}）"))
        lines = [(each.email, local_time(each.at, zone.key) if each.at else "–") for each in sure]
        _screen(False).print(row_table(say("Recipients", "受信者"), columns, lines))
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("email", "lead", "at"))
        writer.writerows((escape_formula(email), lead, at) for email, lead, at in rows)
    if doubtful := len(found) - len(sure):
        _screen(True).print(
            say(
                f"{doubtful} more may have received it: their outcome is not known yet.",
                f"ほかに {doubtful} 人が受け取った可能性があります（結果がまだ分かりません）。",
            )
        )


def _screen(is_error: bool) -> Console:
    return Console(highlight=False, soft_wrap=True, stderr=is_error)


def _as_json(stack: Stack, name: str, as_json: bool) -> None:
    if as_json:
        row = campaign_report.campaign_run(name, stack.table, stack.playbook)
        print_json(campaign_report.campaign_report(row.value, stack.table))


def _wait_and_show(stack: Stack, name: str, what: str, screen: Console) -> None:
    """Wait until no worker can claim a mail any more, then show what was sent."""
    sleep(UNTIL_SEEN_SECONDS)
    row = campaign_report.campaign_run(name, stack.table, stack.playbook)
    found = campaign_report.campaign_report(row.value, stack.table)
    claimed = in_flight(stack.table, stack.clock.now(), name)
    sent, left = found["states"]["accepted"], found["states"]["planned"] - claimed
    screen.print(
        say(
            f"[bold]{escape(name)} is {what}.[/] Sent: {sent}. In flight: {claimed}. Not sent: {left}.",
            f"[bold]{escape(name)} を{what}。[/] 送信済み: {sent}。送信中: {claimed}。未送信: {left}。",
        )
    )


def _show_resumed(name: str, screen: Console) -> None:
    screen.print(
        say(
            f"[bold]{escape(name)} goes on[/] within a minute or two, with the mail as it is live now."
            " No lead gets it twice.",
            f"1、2 分以内に、[bold]{escape(name)}[/] の配信を公開中の文面で再開します。同じ人に二度は送りません。",
        )
    )
