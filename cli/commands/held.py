"""ripen held: mails that wait for a person's decision."""

from getpass import getuser
from typing import Annotated, Any

from rich.console import Console

from cli.commands._choice import at_most_one, id_option
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import local_time
from cli.stack.stack import Stack, connect
from ripen.calendar.local_time import office_zone
from ripen.mail import ledger
from ripen.mail.ledger import Send
from ripen.operations.live_playbook import live_bundle
from ripen.operations.phrases import reason
from ripen.operations.sending.held_mails import HeldMail, drop, held_mails, release, select
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import title
from ripen.words import Words

_Release = Annotated[str, id_option("--release", Words("Send this mail after all", "このメールを送ります"))]
_Drop = Annotated[str, id_option("--drop", Words("Never send this mail", "このメールを送らずに取りやめます"))]


@help_text(
    "List the mails that are held, with the reason: their outcome is not known, or they could not be sent."
    " Ripen does not send them by itself: release or drop them.",
    "保留中のメールを、その理由とともに一覧します（結果が分からないもの、送れなかったもの）。"
    "自動では送られません。送るか、取りやめるかを選べます。",
)
def held(released: _Release = "", dropped: _Drop = "", as_json: AsJson = False) -> None:
    at_most_one(release=released, drop=dropped)
    stack = connect()
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = held_mails(stack.table, progress)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    result: dict[str, int] | list[dict[str, Any]]
    if released:
        result = {"released": _release(select(found, released), stack, console)}
    elif dropped:
        result = {"dropped": _drop(select(found, dropped), stack, console)}
    else:
        result = [each.plain() for each in found]
        _show(found, live_bundle(stack.playbook), console)
    if as_json:
        print_json(result)


def _release(chosen: list[HeldMail], stack: Stack, console: Console) -> int:
    count = release(chosen, getuser(), stack.table, stack.clock.now())
    console.print(
        say(
            f"[bold]Released: {count}.[/] Mails that may still be sent go out within a minute or two.",
            f"[bold]{count} 通の保留を解きました。[/] 現在も送信できるメールは 1、2 分以内に送信されます。",
        )
    )
    return count


def _drop(chosen: list[HeldMail], stack: Stack, console: Console) -> int:
    count = drop(chosen, getuser(), stack.table, stack.clock.now())
    console.print(
        say(
            f"[bold]Dropped: {count}.[/] Dropped mails are never sent.",
            f"[bold]{count} 通を取りやめました。[/] 取りやめたメールは送信されません。",
        )
    )
    return count


def _show(found: list[HeldMail], bundle: Bundle, console: Console) -> None:
    if not found:
        console.print(say("No mail is held.", "保留中のメールはありません。"))
        return
    console.print(_table(found, bundle))
    doubtful = sum(ledger.may_have_arrived(each.row.value) for each in found)
    if doubtful:
        console.print(
            say(
                "A mail to which SES did not answer may have arrived already.",
                "SES から応答がないメールは、すでに届いている可能性があります。",
            )
        )
    if len(found) > doubtful:
        console.print(
            say(
                "All other mails were not sent. Correct the cause first: then the mail is written from the playbook"
                " that is live when you release it.",
                "それ以外のメールは送られていません。先に原因を直してください。"
                "保留を解くと、そのとき公開中のプレイブックの文面で送ります。",
            )
        )
    console.print(
        say(
            "To send a mail: ripen held --release ID – to never send it: ripen held --drop ID",
            "送る: ripen held --release ID – 取りやめる: ripen held --drop ID",
        )
    )


def _table(found: list[HeldMail], bundle: Bundle) -> RowTable:
    zone = office_zone(bundle.brand).key
    columns = (
        "ID",
        say("Lead", "見込み客"),
        say("Mail", "メール"),
        say("Origin", "配信元"),
        say(f"Since ({zone})", f"いつから（{zone}）"),
        say("Reason", "理由"),
    )
    rows = (
        (send.id[:8], email, *_names(send, bundle), local_time(since, zone), reason(send.reason, language()))
        for send, email, since in ((each.row.value, each.email, each.since) for each in found)
    )
    return row_table(say(f"{len(found)} held", f"保留中 {len(found)} 通"), columns, rows)


def _names(send: Send, bundle: Bundle) -> tuple[str, str]:
    """Return the mail's subject, and the title of the journey or campaign that it is from."""
    subject = send.subject or title(bundle, "emails", send.email).in_language(language())
    return subject, title(bundle, "campaigns" if send.campaign else "journeys", send.origin).in_language(language())
