"""ripen why: the decisions about one lead, in words."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.time_zone import times_are_in
from cli.stack.stack import connect
from ripen.calendar.minute import format_minute
from ripen.operations.leads.decision_log import DecisionLog, LogEntry, decision_log, is_activity
from ripen.operations.leads.subjects import rule_words
from ripen.operations.phrases import reason
from ripen.playbook.titles import quoted_title

_SHORT = 7


@help_text(
    "Explain what happened to one lead: each mail that was sent or not, each point, each write to Salesforce."
    "\n\nThe newest entry comes last.",
    "見込み客 1 人に起きたことを説明します: 送った／送らなかったメール、スコアの点、Salesforce への書き込み。"
    "\n\n新しいものほど下に表示します。",
)
def why(
    email: Annotated[str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)],
    as_json: AsJson = False,
) -> None:
    stack = connect()
    log = decision_log(email, stack.table, stack.playbook, stack.secrets)
    if as_json:
        print_json([_plain(entry) for entry in log.entries])
        return
    console = Console(highlight=False, soft_wrap=True)
    if not log.entries:
        console.print(say("Nothing has happened yet.", "まだ何も起きていません。"))
    else:
        console.print(times_are_in(log.zone))
    for entry in log.entries:
        console.print(_shown(entry, log, language()))


def _shown(entry: LogEntry, log: DecisionLog, lang: str) -> str:
    at = format_minute(entry.at, log.zone, lang)
    words = escape(entry.words(lang))
    line = f"[dim]{at}[/]  {'[cyan]▸[/] ' if is_activity(entry) else '  '}{words}"
    if entry.points:
        rules = {code: rule_words(code, log.bundle).in_language(lang) for code in entry.points}
        given = ", ".join(f"{points:+.0f} {rules[code]}" for code, points in entry.points.items())
        line += f"  [green]{escape(given)}[/]"
    if entry.bundle:
        line += f"  [dim]{say('playbook', 'プレイブック')} {entry.bundle[:_SHORT]}[/]"
    causes = [f"{log.deed(each, lang)} ({format_minute(each.at, log.zone, lang)})" for each in entry.causes]
    if entry.campaign:
        campaign = quoted_title(log.bundle, "campaigns", entry.campaign).in_language(lang)
        causes.append(say(f"campaign {campaign}", f"キャンペーン{campaign}"))
    return line + "".join(f"\n{' ' * 26}[dim]{say('because', 'きっかけ')}: {escape(each)}[/]" for each in causes)


def _plain(entry: LogEntry) -> dict[str, Any]:
    """Return what --json prints: a contract for scripts, in English whatever the language."""
    return {
        "at": entry.at.isoformat(),
        "code": entry.code,
        "facts": entry.facts,
        "text": entry.words("en"),
        "reason": reason(entry.reason, "en"),
        "points": entry.points,
        "playbook": entry.bundle,
        "campaign": entry.campaign,
        "activities": [
            {"id": a.id, "at": a.at.isoformat(), "kind": str(a.kind), "subject": a.subject} for a in entry.causes
        ],
    }
