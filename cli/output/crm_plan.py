"""The output of `ripen crm plan`."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape

from cli.doctor.finding import Finding
from cli.output.language import language, say
from cli.output.row_table import row_table
from ripen.operations.crm_plan import UP_TO_DATE, CrmPlan, Group
from ripen.operations.phrases import reason


def show_crm_plan(plan: CrmPlan, wrong: Sequence[Finding], console: Console) -> None:
    """Show the plan, and what the org says is wrong with the rules of the playbook."""
    console.print(_summary(plan))
    if plan.fields:
        title = say("Fields of existing records that change", "値が変わる既存レコードの項目")
        rows = ((name, f"{count:,}") for name, count in plan.fields.most_common())
        console.print(row_table(title, (say("Field", "項目"), say("Records", "レコード数")), rows))
    if plan.conflicts:
        title = say("Fields in which Salesforce keeps another value", "Salesforce の値をそのまま残す項目")
        console.print(row_table(title, _conflict_columns(), _conflicts(plan)))
    if plan.skipped:
        title = say("Not written", "書き込まないもの")
        columns = (say("Reason", "理由"), say("Leads", "人数"), say("For example", "例"))
        console.print(row_table(title, columns, _skipped(plan)))
    if wrong:
        title = say("Salesforce would refuse or change", "Salesforce の設定と合わないもの")
        console.print(row_table(title, (say("Problem", "問題"), say("What to do", "対処")), map(_problem, wrong)))
    console.print(escape(_calls(plan)))
    if plan.unread:
        console.print(
            say(
                f"Few of the day's API calls are left, so {plan.unread:,} leads were not read. Try again tomorrow.",
                f"本日の API の残りが少ないため、{plan.unread:,} 人は確認していません。明日もう一度実行してください。",
            )
        )


def _summary(plan: CrmPlan) -> object:
    rows = (
        (say("New leads in Salesforce", "Salesforce に作るリード"), f"{plan.creates.count:,}", _some(plan.creates)),
        (
            say("Updated leads and contacts", "更新するリードと取引先責任者"),
            f"{plan.updates.count:,}",
            _some(plan.updates),
        ),
        (say("Tasks for owners of contacts", "取引先責任者の担当者への ToDo"), f"{plan.tasks:,}", ""),
    )
    title = say("A dry run: nothing was written", "試算（何も書き込んでいません）")
    return row_table(title, ("", say("Number", "件数"), say("For example", "例")), rows)


def _conflict_columns() -> tuple[str, ...]:
    return (
        say("Field", "項目"),
        say("Records", "レコード数"),
        say("For example", "例"),
        "Ripen",
        say("Salesforce keeps", "Salesforce に残る値"),
    )


def _conflicts(plan: CrmPlan) -> Iterator[tuple[str, ...]]:
    for name, found in sorted(plan.conflicts.items()):
        for number, (email, conflict) in enumerate(found.samples):
            head = ("", "") if number else (name, f"{found.count:,}")
            yield (*head, email, conflict.ours, conflict.theirs)


def _skipped(plan: CrmPlan) -> Iterator[tuple[str, str, str]]:
    for why, group in sorted(plan.skipped.items(), key=lambda pair: -pair[1].count):
        words = say("Salesforce has these values", "Salesforce に反映済み") if why == UP_TO_DATE else ""
        yield words or reason(why, language()), f"{group.count:,}", _some(group)


def _calls(plan: CrmPlan) -> str:
    return say(
        f"API calls of the sync, in full batches: {plan.reads + plan.writes:,}"
        f" ({plan.reads:,} to read, {plan.writes:,} to write). This dry run used {plan.reads:,}.",
        f"同期に必要な API 呼び出し（まとめて送る場合）: {plan.reads + plan.writes:,} 回"
        f"（読み取り {plan.reads:,}、書き込み {plan.writes:,}）。この試算で使った回数: {plan.reads:,}",
    )


def _problem(finding: Finding) -> tuple[str, str]:
    return finding.found.in_language(language()), finding.next_step.in_language(language())


def _some(group: Group) -> str:
    return ", ".join(group.samples)
