"""ripen crm: ask Salesforce, show what would go there, and look after the leads that do not reach it."""

import json
from getpass import getuser
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands import _crm_plan
from cli.commands._choice import at_most_one
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import brand_zone, local_time, times_are_in
from cli.stack.salesforce import query as ask
from cli.stack.stack import connect
from ripen.operations.crm_error_words import next_step
from ripen.operations.crm_errors import FailingLead, failing_leads, ignore, retry, select
from ripen.operations.phrases import reason

_EXAMPLE = "SELECT Id, LastName, Ripen_Score__c FROM Lead"

crm = typer.Typer(
    help=say(
        "Query Salesforce, show what the sync would write, and list the leads that do not reach it.",
        "Salesforce への問い合わせ、同期で書き込む内容の試算、Salesforce に書き込めない見込み客の一覧。",
    ),
    no_args_is_help=True,
)


crm.command(name="plan")(_crm_plan.plan)


@crm.command()
@help_text("Query Salesforce in SOQL.", "Salesforce に SOQL で問い合わせます。")
def query(
    soql: Annotated[str, typer.Argument(help=say(f"The query, for example: {_EXAMPLE}", f"クエリ。例: {_EXAMPLE}"))],
    as_json: AsJson = False,
) -> None:
    records = ask(connect(), soql)
    if as_json:
        print_json(records)
        return
    names = list(dict.fromkeys(name for record in records for name in record))
    title = say(f"Records: {len(records)}", f"レコード {len(records)} 件")
    rows = ([_shown(record.get(name)) for name in names] for record in records)
    Console().print(row_table(title, names, rows))


def _which(flag: str, en: str, ja: str) -> Any:
    which = say("a code, an address, or all", "エラーコード、アドレス、または all")
    return typer.Option(flag, help=say(f"{en}: {which}.", f"{ja}（{which}）。"), metavar="WHICH")


_Retry = Annotated[str, _which("--retry", "Try these leads again now", "今すぐ書き込み直します")]
_Ignore = Annotated[
    str, _which("--ignore", "Leave these leads outside until they change", "変更があるまで書き込まないことにします")
]


@crm.command()
@help_text(
    "List the leads that do not reach Salesforce, by the reason: what it means, what to do, and which leads."
    "\n\nRipen tries each of them again every hour for a day, then every day.",
    "Salesforce に書き込めない見込み客を、原因、対処とともに一覧します。"
    "\n\n最初の 1 日は 1 時間ごと、その後は 1 日ごとに自動で再試行します。",
)
def errors(retried: _Retry = "", ignored: _Ignore = "", as_json: AsJson = False) -> None:
    at_most_one(retry=retried, ignore=ignored)
    stack = connect()
    now = stack.clock.now()
    found = failing_leads(stack.table, now)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    result: dict[str, int] | list[dict[str, Any]]
    if retried:
        count = retry(select(found, retried), stack.table, now)
        result = {"retried": count}
        console.print(
            say(f"Leads that are tried again within a minute: {count}", f"1 分以内に書き込み直す見込み客: {count} 人")
        )
    elif ignored:
        count = ignore(select(found, ignored), getuser(), stack.table, now)
        result = {"ignored": count}
        console.print(
            say(
                f"Leads that stay outside Salesforce until they change: {count}",
                f"変更があるまで書き込まない見込み客: {count} 人",
            )
        )
    else:
        result = [each.plain() for each in found]
        _show(found, brand_zone(stack.playbook), console)
    if as_json:
        print_json(result)


def _show(found: list[FailingLead], zone: str, console: Console) -> None:
    if not found:
        console.print(say("No lead waits for Salesforce.", "Salesforce に書き込めない見込み客はいません。"))
        return
    console.print(times_are_in(zone))
    for code, leads in groupby(found, key=lambda each: each.code):
        console.print(f"\n[bold]{escape(reason(code, language()))}[/]")
        console.print(escape(next_step(code).in_language(language())))
        console.print(_table(list(leads), zone))
    console.print(
        say(
            "When the cause is removed: ripen crm errors --retry CODE – to leave a lead outside: ripen crm errors"
            " --ignore EMAIL",
            "原因を取り除いたら: ripen crm errors --retry CODE – 書き込まない場合: ripen crm errors --ignore EMAIL",
        )
    )


def _table(leads: list[FailingLead], zone: str) -> RowTable:
    columns = (
        say("Lead", "見込み客"),
        say("Since", "いつから"),
        say("Next attempt", "次の試行"),
        say("Message", "メッセージ"),
    )
    rows = (
        (
            each.email,
            local_time(each.row.value.failing_since, zone) if each.row.value.failing_since else "",
            _next_attempt(each, zone),
            each.message,
        )
        for each in leads
    )
    return row_table(say(f"{len(leads)} leads", f"{len(leads)} 人"), columns, rows)


def _next_attempt(lead: FailingLead, zone: str) -> str:
    if lead.is_ignored:
        return say("ignored until it changes", "変更まで書き込まない")
    return local_time(lead.row.due, zone) if lead.row.due else ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
