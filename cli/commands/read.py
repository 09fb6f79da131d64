"""ripen mailbox, ripen slack, ripen crm query: what the other systems have received."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.stack.salesforce import query as ask
from cli.stack.stack import connect, local
from ripen.failure import Failure

_SECONDS = 20


def mailbox(as_json: AsJson = False) -> None:
    """List the mails that the local cloud has sent, newest last."""
    address = local().mailbox
    mails = _get(f"{address}/messages.json", "The mailbox")
    if as_json:
        print_json(mails)
        return
    table = Table("At", "To", "Subject", title=f"{len(mails)} mails – {address}", title_justify="left")
    for mail in mails:
        to = mail["to"] if isinstance(mail["to"], str) else ", ".join(mail["to"])
        table.add_row(escape(str(mail["at"])[:19]), escape(to), escape(mail["subject"]))
    Console().print(table)


def slack(as_json: AsJson = False) -> None:
    """List the cards in the local Slack's sales channel, oldest first."""
    address = local().slack
    cards = _get(f"{address}/messages.json", "Slack")
    if as_json:
        print_json(cards)
        return
    console = Console(highlight=False)
    console.print(f"{len(cards)} messages in #sales – {address}")
    for card in cards:
        console.print(Panel(escape(card["text"]), title=str(card["ts"]), title_align="left", expand=False))


crm = typer.Typer(help="Ask Salesforce.", no_args_is_help=True)


@crm.command()
def query(
    soql: Annotated[str, typer.Argument(help="For example: SELECT Id, LastName, Ripen_Score__c FROM Lead")],
    as_json: AsJson = False,
) -> None:
    """Ask Salesforce in SOQL."""
    records = ask(connect(), soql)
    if as_json:
        print_json(records)
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    table = Table(*names, title=f"{len(records)} record{'s' if len(records) != 1 else ''}", title_justify="left")
    for record in records:
        table.add_row(*(escape(_shown(record.get(name))) for name in names))
    Console().print(table)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _get(url: str, what: str) -> list[dict[str, Any]]:
    import requests

    try:
        answer = requests.get(url, timeout=_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise Failure(f"{what} does not answer: {error}", "See: ripen status") from None
    found: list[dict[str, Any]] = answer.json()
    return found
