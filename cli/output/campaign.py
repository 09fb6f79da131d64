"""What `ripen campaign` shows: a campaign before it is scheduled, and how far it is afterwards."""

from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from cli.output.language import language, say
from ripen.adapters.playbook import Playbook
from ripen.calendar.minute import format_minute
from ripen.campaign.campaign_run import CampaignRun, RunChange, RunState
from ripen.mail.ledger import SendState
from ripen.operations.live_playbook import live_bundle
from ripen.operations.phrases import reason as in_words
from ripen.operations.sending.campaigns import Proposal
from ripen.operations.sending.run_words import CHANGES, COUNTED, STATES, halt_words
from ripen.playbook.bundle import Bundle, Campaign
from ripen.playbook.titles import quoted_title, title_and_name
from ripen.words import Words

_DONE = (SendState.ACCEPTED, SendState.FAILED, SendState.SKIPPED, SendState.HELD)


def show_proposal(proposal: Proposal, screen: Console) -> None:
    """Show the audience, a few of its addresses, and when the campaign would begin."""
    asked, leads = proposal.campaign, proposal.leads
    name, mail, to = (
        escape(words.in_language(language()))
        for words in (
            title_and_name(proposal.bundle, "campaigns", asked.name),
            quoted_title(proposal.bundle, "emails", asked.email),
            audience_words(asked, proposal.bundle),
        )
    )
    screen.print(
        say(
            f"[bold]{name}[/]: the mail {mail} to {leads} leads ({to}), as of now",
            f"[bold]{name}[/]: メール{mail}を {leads} 人へ（{to}、現在）",
        )
    )
    for email in proposal.sample:
        screen.print(f"  {escape(email)}")
    begins = say("now", "すぐ") if proposal.is_now else _start(asked, proposal.at, proposal.bundle.brand.time_zone)
    pace = say(".", "")
    if asked.per_hour and leads > asked.per_hour / 60:
        time = timedelta(seconds=round(leads / asked.per_hour * 3600))
        pace = say(
            f", at {asked.per_hour} an hour: it takes at least {time}.",
            f"、1 時間に {asked.per_hour} 通: 少なくとも {time} かかります。",
        )
    screen.print(say(f"Begins {begins}{pace}", f"開始: {begins}{pace}"))
    if not leads:
        screen.print(say("[yellow]No lead would get it now.[/]", "[yellow]現在、対象の見込み客はいません。[/]"))


def audience_words(asked: Campaign, bundle: Bundle) -> Words:
    """Return which leads the campaign is for."""
    if asked.recipients_of:
        name = quoted_title(bundle, "campaigns", asked.recipients_of)
        return Words(f"the recipients of {name.en}", f"{name.ja}を受け取った人")
    name = quoted_title(bundle, "segments", asked.segment)
    return Words(f"segment {name.en}", f"セグメント{name.ja}")


def _start(asked: Campaign, at: datetime, zone: str) -> str:
    first = format_minute(at, zone, language())
    if asked.zone == "brand":
        return first
    local = asked.at.replace("T", " ")
    return say(
        f"{local} of each lead's own time: furthest east {first} of ours",
        f"それぞれの現地時間の {local}（いちばん東では、こちらの {first}）",
    )


def show_campaign(run: CampaignRun, found: dict[str, Any], playbook: Playbook, screen: Console) -> None:
    """Show the campaign's state, its mails by outcome, and what people did to it. `found` is its campaign_report."""
    bundle, states = live_bundle(playbook), found["states"]
    zone = bundle.brand.time_zone
    name = escape(title_and_name(bundle, "campaigns", run.name).in_language(language()))
    reason = f": {halt_words(run.reason).in_language(language())}" if run.reason else ""
    state = STATES[run.state].in_language(language())
    screen.print(
        say(
            f"[bold]{name}[/] is [bold]{state}[/]{escape(reason)}",
            f"[bold]{name}[/] の状態: [bold]{state}[/]{escape(reason)}",
        )
    )
    done = sum(states[state] for state in _DONE)
    screen.print(ProgressBar(total=max(1, found["audience"]), completed=done, width=40))
    walking = say("; the audience is still being read", "（宛先を読み込み中）") if found["progress"] != 1 else ""
    screen.print(
        say(
            f"{done} of {found['audience']} mails are done{walking}",
            f"{found['audience']} 通中 {done} 通が処理済み{walking}",
        )
    )
    screen.print(_counts(found))
    for event in run.history:
        by = say(f" by {event.by}", f"（{event.by}）") if event.by else ""
        why = f": {halt_words(event.reason).in_language(language())}" if event.reason else ""
        at, what = format_minute(event.at, zone, language()), CHANGES[RunChange(event.what)].in_language(language())
        screen.print(escape(f"{at}  {what}{by}{why}"))
    if run.state is RunState.PLANNED:
        asked = playbook.bundle(run.bundle).campaigns[run.name]
        start = _start(asked, run.at, zone)
        screen.print(say(f"Begins {start}", f"開始: {start}"))


def _counts(found: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False)
    for what, count in (found["states"] | found["events"]).items():
        if count:
            table.add_row(COUNTED[what].in_language(language()), str(count))
    skipped = say("skipped", "送信せず")
    for reason, count in sorted(found["skipped"].items(), key=lambda pair: -pair[1]):
        table.add_row(f"  {skipped}: {escape(in_words(reason, language()))}", str(count))
    return table
