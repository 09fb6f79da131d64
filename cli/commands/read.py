"""ripen mailbox, ripen slack, ripen crm query: what has arrived on the other side."""

import json
import os
from typing import Any
from urllib.parse import urlencode

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.stack.stack import Stack, connect, local
from ripen.failure import Failure

_JSON = typer.Option(False, "--json", help="For scripts.")
_SECONDS = 20
_API = "/services/data/v62.0"


def mailbox(as_json: bool = _JSON) -> None:
    """The mails that the local cloud has sent, newest last."""
    address = local().mailbox
    mails = _get(f"{address}/messages.json", "The mailbox")
    if as_json:
        print(json.dumps(mails, ensure_ascii=False, indent=2))
        return
    table = Table("At", "To", "Subject", title=f"{len(mails)} mails – {address}", title_justify="left")
    for mail in mails:
        to = mail["to"] if isinstance(mail["to"], str) else ", ".join(mail["to"])
        table.add_row(escape(str(mail["at"])[:19]), escape(to), escape(mail["subject"]))
    Console().print(table)


def slack(as_json: bool = _JSON) -> None:
    """The cards in the local Slack's sales channel, oldest first."""
    address = local().slack
    cards = _get(f"{address}/messages.json", "Slack")
    if as_json:
        print(json.dumps(cards, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    console.print(f"{len(cards)} messages in #sales – {address}")
    for card in cards:
        console.print(Panel(escape(card["text"]), title=str(card["ts"]), title_align="left", expand=False))


crm = typer.Typer(help="Ask Salesforce.", no_args_is_help=True)


@crm.command()
def query(
    soql: str = typer.Argument(help="For example: SELECT Id, LastName, Ripen_Score__c FROM Lead"), as_json: bool = _JSON
) -> None:
    """Ask Salesforce in SOQL."""
    records = ask(connect(), soql)
    if as_json:
        print(json.dumps(records, ensure_ascii=False, indent=2))
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    table = Table(*names, title=f"{len(records)} record{'s' if len(records) != 1 else ''}", title_justify="left")
    for record in records:
        table.add_row(*(escape(_shown(record.get(name))) for name in names))
    Console().print(table)


def ask(stack: Stack, soql: str) -> list[dict[str, Any]]:
    """The records that Salesforce finds."""
    login = stack.secrets.all().get("salesforce") or {}
    if not login.get("client_secret"):
        raise Failure("Salesforce is not connected by client credentials.", 'Put "salesforce" into Ripen\'s secret.')
    return [_without_attributes(record) for record in _records(login, soql)]


def _records(login: dict[str, Any], soql: str) -> list[dict[str, Any]]:
    import requests

    try:
        token = requests.post(
            f"{login['login']}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": login["client_id"],
                "client_secret": login["client_secret"],
            },
            timeout=_SECONDS,
            verify=_authorities(),
        ).json()
        if "access_token" not in token:
            raise Failure(f"Salesforce refused the login: {token.get('error_description', token)}")
        found: list[dict[str, Any]] = []
        path = f"{_API}/query?" + urlencode({"q": soql})
        while path:
            answer = requests.get(
                token["instance_url"] + path,
                headers={"Authorization": f"Bearer {token['access_token']}"},
                timeout=_SECONDS,
                verify=_authorities(),
            )
            page = answer.json()
            if not answer.ok:
                raise Failure(f"Salesforce: {page[0]['message']}", "Check the query's fields and quotes.")
            found += page["records"]
            path = page.get("nextRecordsUrl", "")
    except requests.RequestException as error:
        raise Failure(f"Salesforce does not answer: {error}", "See: ripen status") from None
    return found


def _authorities() -> str | bool:
    return os.environ.get("REQUESTS_CA_BUNDLE") or True


def _without_attributes(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_attributes(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name != "attributes"
    }


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
