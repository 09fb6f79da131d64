"""What `ripen campaign` shows: a campaign before it is scheduled, and how far it is afterwards."""

from collections import Counter
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar

from cli.output.as_of_now import as_of_now
from cli.output.language import language, say
from cli.output.row_table import RowTable, grid
from ripen.adapters.playbook import Playbook
from ripen.calendar.minute import format_minute
from ripen.campaign.campaign_run import CampaignRun, RunChange
from ripen.mail.ledger import SendState
from ripen.operations.live_playbook import live_bundle
from ripen.operations.phrases import reason as in_words
from ripen.operations.sending.campaigns import Proposal
from ripen.operations.sending.reach import Reach
from ripen.operations.sending.run_words import CHANGES, COUNTED, NOT_SCHEDULED, STATES, halt_words
from ripen.playbook.bundle import Bundle, Campaign
from ripen.playbook.titles import quoted_title, title_and_name
from ripen.words import Words

_OF_SENT = ("delivered", "bounced")
"""Events whose rate is of the mails that were sent. All others are of those that were delivered."""
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
            f"[bold]{name}[/]: メール{mail}を {leads} 人へ（{to}、現在の人数）",
        )
    )
    for email in proposal.sample:
        screen.print(f"  {escape(email)}")
    begins = say("now", "すぐ") if proposal.is_now else _start(asked, proposal.at, proposal.bundle.brand.time_zone)
    screen.print(
        say(
            f"Begins {begins}. {pace_words(asked, proposal.last)}",
            f"開始: {begins}。{pace_words(asked, proposal.last)}",
        )
    )
    if not leads:
        screen.print(say("[yellow]No lead would get it now.[/]", "[yellow]現在、対象の見込み客はいません。[/]"))


def show_before(
    name: str, run: CampaignRun | None, start: datetime, reach: Reach, bundle: Bundle, screen: Console
) -> None:
    """Show a campaign before it begins: its mail, its audience, when it begins, and how many people it would reach."""
    state = STATES[run.state] if run else NOT_SCHEDULED
    asked, lang = bundle.campaigns[name], language()
    called = escape(title_and_name(bundle, "campaigns", name).in_language(lang))
    mail = escape(quoted_title(bundle, "emails", asked.email).in_language(lang))
    to = escape(audience_words(asked, bundle).in_language(lang))
    begins = _start(asked, start, bundle.brand.time_zone)
    screen.print(say(f"[bold]{called}[/] is [bold]{state.en}[/]", f"[bold]{called}[/] の状態: [bold]{state.ja}[/]"))
    screen.print(say(f"Subject: {mail}", f"件名: {mail}"))
    screen.print(say(f"To: {to}", f"宛先: {to}"))
    screen.print(
        say(f"Begins: {begins}. {pace_words(asked, reach.last)}", f"開始: {begins}。{pace_words(asked, reach.last)}")
    )
    show_reach(reach, screen)
    if run:
        _history(run, bundle.brand.time_zone, screen)


def show_reach(reach: Reach, screen: Console) -> None:
    """Show how many people the mail would reach, and why it would not reach the others."""
    screen.print(
        say(
            f"Would reach [bold]{reach.reached:,}[/] of {reach.leads:,} leads now.",
            f"いま送ると {reach.leads:,} 人中 [bold]{reach.reached:,}[/] 人に届きます。",
        )
    )
    for reason, count in reach.refused.most_common():
        screen.print(escape(f"  {count:,}  {in_words(reason, language())}"))
    screen.print(as_of_now(reach.sample))


def pace_words(asked: Campaign, last: timedelta) -> str:
    """Return how long the campaign takes, by its own pace and its canary."""
    if asked.canary:
        share, later = f"{asked.canary:.0%}", _hours(ceil(asked.canary_seconds / 60))
        first = say(
            f"First to {share} of the audience, to the rest {later} later, unless it halts. ",
            f"先に {share} へ送り、残りは問題がなければ {later}後に送ります。",
        )
        return first + _rest_pace(asked, last)
    return _rest_pace(asked, last)


def _rest_pace(asked: Campaign, last: timedelta) -> str:
    if asked.per_hour is None:
        return say("All as fast as possible.", "できるだけ速く送ります。")
    minutes = ceil(last / timedelta(minutes=1))
    if minutes <= 1:
        what = say("Each part" if asked.canary else "All", "それぞれ" if asked.canary else "すべて")
        return say(f"{what} within a minute or two.", f"{what} 1、2 分以内に送ります。")
    takes = _hours(minutes)
    return say(
        f"At most {asked.per_hour:,} an hour: the last mail goes about {takes} after the first.",
        f"1 時間に {asked.per_hour:,} 通まで: 最後の 1 通は、最初から約 {takes}後です。",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    en = " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (rest, "min")) if count)
    ja = "".join(f" {count} {unit}" for count, unit in ((hours, "時間"), (rest, "分")) if count)
    return say(en, ja.strip())


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
    asked = bundle.campaigns.get(run.name) or playbook.bundle(run.bundle).campaigns[run.name]
    mail = escape(quoted_title(bundle, "emails", asked.email).in_language(language()))
    to = escape(audience_words(asked, bundle).in_language(language()))
    screen.print(say(f"Subject: {mail}", f"件名: {mail}"))
    screen.print(say(f"To: {to}", f"宛先: {to}"))
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
    _history(run, zone, screen)


def _history(run: CampaignRun, zone: str, screen: Console) -> None:
    """Show what people and time did to the run."""
    for event in run.history:
        by = say(f" by {event.by}", f"（{event.by}）") if event.by else ""
        why = f": {halt_words(event.reason).in_language(language())}" if event.reason else ""
        at, what = format_minute(event.at, zone, language()), CHANGES[RunChange(event.what)].in_language(language())
        screen.print(escape(f"{at}  {what}{by}{why}"))


def show_links(clicks: Counter[str], screen: Console) -> None:
    """Show how many people clicked each link, the most clicked first."""
    table = grid((f"{count:,}", url) for url, count in clicks.most_common())
    screen.print(say("People who clicked, by link:", "リンクごとのクリックした人数:"))
    screen.print(table)


def _counts(found: dict[str, Any]) -> RowTable:
    """Return the mails by outcome; of what came after the sending also the rate, with its base."""
    states, events, rows = found["states"], found["events"], list[tuple[str, str, str]]()
    for what, count in states.items():
        if count:
            rows.append((COUNTED[what].in_language(language()), f"{count:,}", ""))
    for reason, count in sorted(found["skipped"].items(), key=lambda pair: -pair[1]):
        rows.append((f"  {in_words(reason, language())}", f"{count:,}", ""))
    for what, count in events.items():
        if count or states["accepted"]:
            base = "accepted" if what in _OF_SENT else "delivered"
            rate = _rate(count, (states | events)[base], base)
            rows.append((COUNTED[what].in_language(language()), f"{count:,}", rate))
    return grid(rows)


def _rate(count: int, base: int, what: str) -> str:
    """Return "12.6% of 95 delivered"; "–" without a base."""
    if not base:
        return "–"
    share, of = f"{count / base:.1%}", COUNTED[what].in_language(language())
    return say(f"{share} of {base:,} {of}", f"{of} {base:,} 通の {share}")
