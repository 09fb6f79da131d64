"""ripen account: one company, with its people."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.as_of_now import MostLeads, as_of_now
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.output.row_table import RowTable, row_table
from cli.stack.stack import connect
from ripen.account.account import Account
from ripen.account.committee import Role
from ripen.operations.leads.account import FoundAccount, read_account
from ripen.operations.leads.listing import MOST
from ripen.operations.live_playbook import live_bundle
from ripen.operations.state_words import in_a_word
from ripen.words import Words

_ROLES = {
    Role.DECIDER: Words("decider", "決裁者"),
    Role.BUDGET: Words("budget", "予算担当"),
    Role.USER: Words("user", "利用者"),
}


@help_text(
    "Show a company: its people, what their scores add up to, and who of a buying committee is among them.",
    "会社 1 社を表示します: 所属する見込み客、合計スコア、購買に関わる役割の揃い具合。",
)
def account(
    domain: Annotated[
        str,
        typer.Argument(
            help=say("The company's domain, or an address there.", "会社のドメイン、またはそのアドレス。"),
            show_default=False,
        ),
    ],
    most: MostLeads = MOST,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    bundle, now = live_bundle(stack.playbook), stack.clock.now()
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = read_account(domain, stack.table, bundle, now, most, progress)
    if as_json:
        print_json(found.plain())
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(escape(_heading(found)))
    console.print(escape(_committee(found.account)))
    if found.opportunities:
        console.print(say("It has an open opportunity in Salesforce.", "Salesforce で商談が進行中です。"))
    console.print(_people(found.account))
    console.print(as_of_now(found.sample))


def _heading(found: FoundAccount) -> str:
    account, name = found.account, found.account.name or found.domain
    rank = in_a_word(account.rank, language())
    return say(
        f"{name} ({found.domain}): {rank}, score {account.score}",
        f"{name}（{found.domain}）: {rank}、スコア {account.score}",
    )


def _committee(account: Account) -> str:
    parts = (f"{_ROLES[role].in_language(language())} {count}" for role, count in account.coverage.items())
    return say("Buying committee, by title: ", "役職から見た購買の役割: ") + say(", ", "、").join(parts)


def _people(account: Account) -> RowTable:
    columns = (
        *(say("Name", "氏名"), say("Mail", "メール"), say("Title", "役職")),
        *(say("Role", "役割"), say("Rank", "ランク"), say("Score", "スコア")),
    )
    rows = (
        (
            person.name,
            person.email,
            person.title,
            say(", ", "、").join(_ROLES[role].in_language(language()) for role in person.roles) or "–",
            in_a_word(person.rank, language()),
            str(person.score),
        )
        for person in account.people
    )
    return row_table(say("People", "所属する見込み客"), columns, rows)
