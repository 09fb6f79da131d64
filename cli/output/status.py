"""What `ripen status` shows of the installation."""

from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from cli.output.language import language, say
from cli.output.refold import say_progress
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import local_time
from ripen.agenda import Lane
from ripen.mail.limits.breaker import Breaker
from ripen.operations.status import Status
from ripen.operations.waiting.wait import WaitingWork, Work
from ripen.operations.waiting.words import next_step, summary, what_happens
from ripen.words import Words

_LANES = {
    Lane.HOT: Words("what a person waits for", "人が待っている処理"),
    Lane.BULK: Words("everything that may wait behind it", "そのあとでよい処理"),
    Lane.MAIL_HIGH: Words("mail at SES's rate, high priority", "SES の速度で送るメール、優先度 高"),
    Lane.MAIL: Words("mail at SES's rate", "SES の速度で送るメール"),
    Lane.MAIL_LOW: Words("mail at SES's rate, low priority", "SES の速度で送るメール、優先度 低"),
}


def show_status(found: Status, zone: str, console: Console) -> None:
    """Show the time and its zone, the switches, held mails, and the rows that are due in each lane."""
    time = f"{local_time(found.now, zone, '%Y-%m-%d %H:%M:%S')} {zone}"
    console.print(say(f"Time: {time}", f"現在の時刻: {time}"))
    _show_switches(found, zone, console)
    if found.recalculation:
        say_progress(found.recalculation, local_time(found.recalculation.since, zone), console)
    if found.held:
        mails = "mail is" if found.held == 1 else "mails are"
        console.print(
            say(
                f"[yellow]{found.held} {mails} held:[/] ripen held",
                f"[yellow]{found.held} 通のメールを保留しています:[/] ripen held",
            )
        )
    for work in found.waiting:
        console.print(_waiting(work, zone))
    if not any(lane.due for lane in found.lanes):
        console.print(_nothing_is_due(found))
        return
    console.print(_due(found, zone))
    if any(lane.is_overdue(found.now) for lane in found.lanes):
        console.print(
            say(
                "What is overdue, and what workers gave up: ripen redrive --dry-run",
                "遅れている処理と、失敗した処理: ripen redrive --dry-run",
            )
        )


def _waiting(work: WaitingWork, zone: str) -> str:
    lang = language()
    parts = [part.in_language(lang) for part in _sentences(work, zone)]
    if Work.LEADS in work.work:
        parts.append(say("The leads: ripen crm errors", " 一覧: ripen crm errors"))
    between = "" if lang == "ja" else " "
    return f"[yellow]{escape(parts[0])}[/]{between}{escape(between.join(parts[1:]))}"


def _sentences(work: WaitingWork, zone: str) -> tuple[Words, ...]:
    def clock(at: datetime) -> str:
        return local_time(at, zone)

    return summary(work, clock), what_happens(work, clock), next_step(work)


def _nothing_is_due(found: Status) -> str:
    if found.waiting:
        return say("Nothing else is due.", "ほかに期限の来た処理はありません。")
    return say("Nothing is due.", "期限の来た処理はありません。")


def _show_switches(found: Status, zone: str, console: Console) -> None:
    if found.stop:
        since = local_time(found.stop.at, zone)
        console.print(
            say(
                f"[bold red]Sending is stopped[/] since {since} by {escape(found.stop.by)}: ripen resume",
                f"[bold red]配信は停止しています[/]（{since} から、{escape(found.stop.by)}）: ripen resume",
            )
        )
    if found.shadow:
        since = local_time(found.shadow.at, zone)
        console.print(
            say(
                f"[bold yellow]Shadow mode is on[/] since {since}: ripen shadow off",
                f"[bold yellow]シャドーモードです[/]（{since} から）: ripen shadow off",
            )
        )
    if found.breaker:
        en, ja = "SES refuses our mail", "SES がメールを受け付けません"
        console.print(_refused(found.breaker, say(en, ja), zone))
    if found.crm_breaker:
        en, ja = "Salesforce takes no calls; all work waits", "Salesforce を呼び出せません。処理はすべて待機しています"
        console.print(_refused(found.crm_breaker, say(en, ja), zone))


def _refused(breaker: Breaker, what: str, zone: str) -> str:
    """Return the line about an outside system that takes nothing for now: why, and when it is tried again."""
    time = local_time(breaker.until, zone, "%H:%M") if breaker.until else ""
    tried_en, tried_ja = (f"; tried again at {time}", f"。{time} に再試行") if time else ("", "")
    why = escape(breaker.reason)
    return say(
        f"[bold red]{what}[/] ({why}){tried_en}. docs/operations.md",
        f"[bold red]{what}[/]（{why}）{tried_ja}。docs/operations.md",
    )


def _due(found: Status, zone: str) -> RowTable:
    columns, rows = (
        (say("Lane", "レーン"), say("Due", "件数"), say("Oldest", "最も古いもの")),
        list[tuple[str | Text, ...]](),
    )
    overdue = say("overdue", "遅れ")
    for lane in found.lanes:
        if lane.oldest:
            what = _LANES[lane.lane]
            mark = f" [red]{overdue}[/]" if lane.is_overdue(found.now) else ""
            since = Text.from_markup(f"{local_time(lane.oldest, zone)}{mark}")
            rows.append((say(f"{lane.lane} ({what.en})", f"{lane.lane}（{what.ja}）"), f"{lane.due:,}", since))
    return row_table(say("Due now", "期限の来た処理"), columns, rows)
