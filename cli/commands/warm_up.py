"""ripen warm-up: a new sender's marketing mail grows slowly, day by day and provider by provider."""

from getpass import getuser
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone
from cli.stack.stack import connect
from ripen.mail.limits.warm_up import Provider, WarmUp, cap
from ripen.operations.sending.warm_up import Progress, start_warm_up, stop_warm_up, warm_up_progress
from ripen.words import Words

_PROVIDERS = {
    Provider.GMAIL: Words("Gmail", "Gmail"),
    Provider.YAHOO: Words("Yahoo", "Yahoo!"),
    Provider.OUTLOOK: Words("Outlook", "Outlook"),
    Provider.CARRIERS: Words("docomo, au, SoftBank", "docomo、au、ソフトバンク"),
    Provider.OTHERS: Words("all others", "その他"),
}
_WEEK = 7
_Days = Annotated[int, typer.Option(help=say("How many days the plan has.", "計画の日数。"))]
_PerDay = Annotated[
    int,
    typer.Option(
        help=say(
            "How many marketing mails a day one provider shall get in the end.",
            "最終的に 1 つのメールサービスへ 1 日に送るマーケティングメールの数。",
        )
    ),
]

app = typer.Typer(
    help=say(
        "Warm up a new sender: marketing mail to each mailbox provider grows day by day.",
        "新しい送信者のウォームアップ: メールサービスごとに、マーケティングメールを日ごとに増やします。",
    ),
    no_args_is_help=True,
)


@app.command()
@help_text(
    "Start a plan today. Marketing mail over a day's cap waits until the next day.",
    "今日から計画を始めます。1 日の上限を超えるマーケティングメールは翌日に送信します。",
)
def start(days: _Days = 28, per_day: _PerDay = 20_000, as_json: AsJson = False) -> None:
    stack = connect()
    plan = start_warm_up(days, per_day, getuser(), stack.table, stack.clock.now())
    if as_json:
        print_json({"started": plan.at.isoformat(), "days": plan.days, "per_day": plan.per_day})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        say(
            "[bold]The warm-up has begun.[/] Requested mail has no cap. Deliveries follow within a minute.",
            "[bold]ウォームアップを始めました。[/] 依頼されたメールに上限はありません。1 分以内に配信に反映されます。",
        )
    )
    _show_plan(plan, console)


@app.command()
@help_text("Show today's caps, what was sent, and the plan.", "今日の上限、送信済みの数、計画を表示します。")
def show(as_json: AsJson = False) -> None:
    stack = connect()
    zone = ZoneInfo(brand_zone(stack.playbook))
    found = warm_up_progress(stack.table, zone, stack.clock.now())
    if as_json:
        print_json(found.plain() if found else None)
        return
    console = Console(highlight=False, soft_wrap=True)
    if found is None:
        console.print(
            say(
                "No warm-up is running. To start one: ripen warm-up start",
                "ウォームアップはしていません。始めるには: ripen warm-up start",
            )
        )
    elif not found.today:
        console.print(
            say(
                "The warm-up is over: there are no caps. To remove the plan: ripen warm-up stop",
                "ウォームアップは済みました。上限はありません。計画を消すには: ripen warm-up stop",
            )
        )
    else:
        _show_today(found, console)
        _show_plan(found.plan, console)


@app.command()
@help_text(
    "Lift all caps at once. Mails that wait go at the time that they wait for.",
    "すべての上限をすぐになくします。待っているメールは、予定の時刻に送信されます。",
)
def stop(as_json: AsJson = False) -> None:
    stack = connect()
    changed = stop_warm_up(getuser(), stack.table, stack.clock.now())
    if as_json:
        print_json({"warm_up": False, "changed": changed})
        return
    text = (
        say("The warm-up is stopped: there are no caps.", "ウォームアップを終了しました。上限はありません。")
        if changed
        else say("No warm-up was running.", "ウォームアップはしていませんでした。")
    )
    Console(highlight=False, soft_wrap=True).print(text)


def _show_today(found: Progress, console: Console) -> None:
    title = say(f"Day {found.day} of {found.plan.days}", f"{found.plan.days} 日中 {found.day} 日目")
    columns = (say("Provider", "メールサービス"), say("Sent today", "今日の送信"), say("Cap", "上限"))
    rows = ((_name(each.provider), f"{each.sent:,}", f"{each.cap:,}") for each in found.today)
    console.print(row_table(title, columns, rows))


def _show_plan(plan: WarmUp, console: Console) -> None:
    """Show the first day of each week, and the last day."""
    days = sorted({*range(0, plan.days, _WEEK), plan.days - 1})
    columns = (say("Day", "日"), *(_name(each) for each in Provider))
    rows = ((str(day + 1), *(f"{cap(plan, each, day):,}" for each in Provider)) for day in days)
    console.print(row_table(say("Marketing mails a day", "1 日のマーケティングメール"), columns, rows))


def _name(provider: Provider) -> str:
    return _PROVIDERS[provider].in_language(language())
