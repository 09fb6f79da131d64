"""ripen why: the decisions about one lead, in words."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.language import language
from cli.stack.stack import connect
from ripen.calendar.minute import format_minute
from ripen.operations.leads.decision_log import DecisionLog, LogEntry, decision_log, is_activity
from ripen.operations.phrases import reason, say

_SHORT = 7
_WORDS = {
    "ja": {"playbook": "プレイブック", "because": "きっかけ", "points": "点", "nothing": "まだ何も起きていません。"},
    "en": {"playbook": "playbook", "because": "because", "points": "points", "nothing": "Nothing has happened yet."},
}


def why(
    email: Annotated[str, typer.Argument(help="The lead's address.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Explain what happened to one lead: each mail sent or not, each point, each write to the CRM.

    The newest comes last.
    """
    stack, lang = connect(), language()
    log = decision_log(email, stack.table, stack.playbook, stack.secrets)
    if as_json:
        print_json([_plain(entry, lang) for entry in log.entries])
        return
    console = Console(highlight=False, soft_wrap=True)
    if not log.entries:
        console.print(_say("nothing", lang))
    for entry in log.entries:
        console.print(_shown(entry, log, lang))


def _shown(entry: LogEntry, log: DecisionLog, lang: str) -> str:
    at = format_minute(entry.at, log.zone, lang)
    words = escape(entry.words(lang))
    line = f"[dim]{at}[/]  {'[cyan]▸[/] ' if is_activity(entry) else '  '}{words}"
    if entry.points:
        given = ", ".join(f"{points:+.0f} {code}" for code, points in entry.points.items())
        line += f"  [green]{escape(given)}[/]"
    if entry.bundle:
        line += f"  [dim]{_say('playbook', lang)} {entry.bundle[:_SHORT]}[/]"
    for activity in entry.causes:
        facts = {"subject": activity.subject, "kind": str(activity.kind)}
        did = f"{say(str(activity.kind), facts, lang)} ({format_minute(activity.at, log.zone, lang)})"
        line += f"\n{' ' * 26}[dim]{_say('because', lang)}: {escape(did)}[/]"
    return line


def _plain(entry: LogEntry, lang: str) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "code": entry.code,
        "facts": entry.facts,
        "words": entry.words(lang),
        "reason": reason(entry.reason, lang),
        "points": entry.points,
        "playbook": entry.bundle,
        "activities": [
            {"id": a.id, "at": a.at.isoformat(), "kind": str(a.kind), "subject": a.subject} for a in entry.causes
        ],
    }


def _say(name: str, lang: str) -> str:
    return _WORDS["ja" if lang == "ja" else "en"][name]
