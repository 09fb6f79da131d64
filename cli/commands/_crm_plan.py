"""ripen crm plan: what the sync would write to Salesforce."""

from collections.abc import Iterator
from copy import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.doctor.finding import Finding, State
from cli.output.crm_plan import show_crm_plan
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.stack.stack import Stack, connect
from ripen.operations.crm_plan import plan_sync
from ripen.operations.live_playbook import live_bundle
from ripen.playbook.bundle import Bundle
from ripen.ports import CrmRecords

_Folder = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "Use `sync` of this folder's ripen.yaml instead of the live one.",
            "公開中のものではなく、このフォルダーの ripen.yaml の `sync` を使います。",
        ),
        metavar="FOLDER",
    ),
]


@help_text(
    """Show what the sync would write to Salesforce about all leads. Write nothing.

    New records, fields that change, values that Salesforce keeps, leads that are left out, and the API calls. It reads
    Salesforce, with one API call for 200 leads.
    """,
    """すべての見込み客について、同期が Salesforce に書き込む内容を表示します。何も書き込みません。

    新しいレコード、値の変わる項目、Salesforce の値を残す項目、対象外の見込み客、API の呼び出し回数を示します。
    Salesforce の読み取りに、見込み客 200 人につき API を 1 回使います。
    """,
)
def plan(folder: _Folder = None, as_json: AsJson = False) -> None:
    stack = connect()
    bundle = _bundle(stack, folder)
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = plan_sync(stack.table, salesforce(stack), bundle, stack.clock.now(), progress)
    wrong = [each for each in checked(stack, bundle) if each.state is State.FAIL]
    if as_json:
        print_json(found.plain() | {"problems": [each.plain() for each in wrong]})
    else:
        show_crm_plan(found, wrong, Console(highlight=False))


def checked(stack: Stack, bundle: Bundle) -> Iterator[Finding]:
    """Yield what the org says about the fields, values, users and campaigns that the playbook names."""
    from cli.doctor.salesforce import rules  # slow to load

    settings = stack.connections.all().get("salesforce")
    return rules(settings if isinstance(settings, dict) else {}, bundle)


def salesforce(stack: Stack) -> CrmRecords:
    """Return the stack's Salesforce."""
    from ripen.adapters.salesforce.gate import CallGate
    from ripen.adapters.salesforce.records import Salesforce  # slow to load

    return Salesforce(stack.connections, CallGate(stack.table, stack.clock))


def _bundle(stack: Stack, folder: Path | None) -> Bundle:
    """Return the live playbook, with the sync rules of the folder if there is one."""
    live = live_bundle(stack.playbook)
    if folder is None:
        return live
    from ripen_authoring.compile import compile_or_fail  # slow to load

    return replace(live, sync=compile_or_fail(folder).sync)
