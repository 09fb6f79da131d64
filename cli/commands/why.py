"""ripen why: the decisions about one lead, in words."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.stack.stack import connect
from cli.why import Because, Story, is_own
from cli.why import why as ask
from ripen.calendar.minute import format_minute
from ripen.operations.phrases import Lang, reason, say

_SHORT = 7
_WORDS = {
    "ja": {"playbook": "プレイブック", "because": "きっかけ", "points": "点", "nothing": "まだ何も起きていません。"},
    "en": {"playbook": "playbook", "because": "because", "points": "points", "nothing": "Nothing has happened yet."},
}


def why(
    email: Annotated[str, typer.Argument(help="The lead's address.", show_default=False)],
    lang: Annotated[Lang | None, typer.Option(help="By default the playbook's first language.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Why this lead got what it got: each mail sent or not, each point, each write to the CRM; the newest last."""
    story = ask(connect(), email)
    language = lang or story.locale
    if as_json:
        told = [_plain(because, language) for because in story.told]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    if not story.told:
        console.print(_say("nothing", language))
    for because in story.told:
        console.print(_shown(because, story, language))


def _shown(because: Because, story: Story, lang: str) -> str:
    at = format_minute(because.at, story.zone, lang)
    words = escape(because.words(lang))
    line = f"[dim]{at}[/]  {'[cyan]▸[/] ' if is_own(because) else '  '}{words}"
    if because.points:
        given = ", ".join(f"{points:+.0f} {code}" for code, points in because.points.items())
        line += f"  [green]{escape(given)}[/]"
    if because.bundle:
        line += f"  [dim]{_say('playbook', lang)} {because.bundle[:_SHORT]}[/]"
    for activity in because.behind:
        facts = {"subject": activity.subject, "kind": str(activity.kind)}
        did = f"{say(str(activity.kind), facts, lang)} ({format_minute(activity.at, story.zone, lang)})"
        line += f"\n{' ' * 26}[dim]{_say('because', lang)}: {escape(did)}[/]"
    return line


def _plain(because: Because, lang: str) -> dict[str, Any]:
    return {
        "at": because.at.isoformat(),
        "code": because.code,
        "facts": because.facts,
        "words": because.words(lang),
        "reason": reason(because.reason, lang),
        "points": because.points,
        "playbook": because.bundle,
        "activities": [
            {"id": a.id, "at": a.at.isoformat(), "kind": str(a.kind), "subject": a.subject} for a in because.behind
        ],
    }


def _say(name: str, lang: str) -> str:
    return _WORDS["ja" if lang == "ja" else "en"][name]
