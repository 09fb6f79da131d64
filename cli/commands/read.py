"""ripen mailbox, ripen slack: what the other systems have received."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, local_time, times_are_in
from cli.stack.stack import connect, local
from ripen.failure import Failure
from ripen.words import Words

_SECONDS = 20
User = Annotated[
    str,
    typer.Option(
        "--user",
        help=say("Direct messages to this person: an address or a Slack id.", "この人への DM（アドレスか ID）。"),
        show_default=False,
    ),
]


@help_text(
    "List the mails that the local cloud has sent, newest last.",
    "ローカルクラウドが送ったメールを、新しいものを下にして一覧します。",
)
def mailbox(as_json: AsJson = False) -> None:
    address = local().mailbox
    mails = _get(f"{address}/messages.json", Words("The mailbox", "メールボックス"))
    if as_json:
        print_json(mails)
        return
    zone = brand_zone(connect().playbook)
    times = times_are_in(zone)
    rows = list[tuple[str, str, str]]()
    for mail in mails:
        to = mail["to"] if isinstance(mail["to"], str) else ", ".join(mail["to"])
        at = local_time(datetime.fromisoformat(mail["at"]), zone, "%Y-%m-%d %H:%M:%S")
        rows.append((at, to, mail["subject"]))
    title = say(f"Mails: {len(mails)} – {address} – {times}", f"メール {len(mails)} 通 – {address} – {times}")
    columns = (say("At", "日時"), say("To", "宛先"), say("Subject", "件名"))
    Console().print(row_table(title, columns, rows))


@help_text(
    "List the cards in the local Slack's sales channel, oldest first.",
    "ローカルの Slack の営業チャンネルにあるカードを、古い順に一覧します。",
)
def slack(as_json: AsJson = False, user: User = "") -> None:
    address = local().slack
    cards = _get(f"{address}/messages.json{f'?user={quote(user)}' if user else ''}", Words("Slack", "Slack"))
    if as_json:
        print_json(cards)
        return
    console = Console(highlight=False)
    count = len(cards)
    where = Words(f"to {user}", f"{user} への") if user else Words("in #sales", "#sales の")
    console.print(say(f"Messages {where.en}: {count} – {address}", f"{where.ja}メッセージ {count} 件 – {address}"))
    for card in cards:
        console.print(Panel(escape(card["text"]), expand=False))


def _get(url: str, what: Words) -> list[dict[str, Any]]:
    import requests

    try:
        answer = requests.get(url, timeout=_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise Failure(
            Words(f"{what.en} does not answer: {error}", f"{what.ja}が応答しません: {error}"),
            Words("Check the local cloud: ripen status", "ローカルクラウドを確かめてください: ripen status"),
        ) from None
    found: list[dict[str, Any]] = answer.json()
    return found
