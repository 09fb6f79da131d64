"""What `ripen lead` shows: a panel about the lead, and a table for each kind of row."""

from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.output.language import language, say
from ripen.operations.phrases import reason
from ripen.words import Words

_COLOURS = {"hot": "red", "warm": "yellow", "cold": "blue"}
_COLUMNS = {
    "journey": Words("journey", "シナリオ"),
    "state": Words("state", "状態"),
    "step": Words("step", "手順"),
    "until": Words("until", "いつまで"),
    "reason": Words("reason", "理由"),
    "email": Words("email", "メール"),
    "planned": Words("planned", "予定"),
    "delivered": Words("delivered", "到達"),
    "clicked": Words("clicked", "クリック"),
    "kind": Words("kind", "種類"),
    "outcome": Words("outcome", "結果"),
    "by_name": Words("by", "担当"),
    "posted": Words("posted", "投稿"),
    "at": Words("at", "日時"),
    "what": Words("what", "対象"),
    "subject": Words("subject", "内容"),
}


def lead_parts(found: dict[str, Any]) -> list[RenderableType]:
    """Return what to print, of a lead_report."""
    return [
        _panel(found),
        _rows(say("Journeys", "シナリオ"), found["enrollments"], "journey", "state", "step", "until", "reason"),
        _rows(say("Mails", "メール"), found["sends"], "email", "state", "reason", "planned", "delivered", "clicked"),
        _rows(say("Alerts", "通知"), found["alerts"], "kind", "state", "outcome", "by_name", "posted"),
        _rows(say("Decisions", "判断"), found["decisions"], "at", "what", "subject", "outcome", "reason"),
    ]


def _panel(found: dict[str, Any]) -> Panel:
    profile, score, rank = found["profile"], found["score"], found["rank"]
    name = " ".join(part for part in (profile["last_name"], profile["first_name"]) if part) or profile["email"]
    about = [profile["email"], profile["company"], profile["department"], profile["job_title"], profile["phone"]]
    total, fit, engagement = (f"{score[part]:.0f}" for part in ("total", "fit", "engagement"))
    points = say(
        f"{total} points: fit {fit}, engagement {engagement}",
        f"{total} 点（適合度 {fit}、関心度 {engagement}）",
    )
    lines = [escape(" · ".join(part for part in about if part)), f"[bold {_COLOURS[rank]}]{rank}[/]  {points}"]
    lines += [f"  {reason['points']:+.0f}  {escape(reason['words'])}" for reason in found["reasons"]]
    if profile["crm"]:
        url, owner = profile["crm"]["url"], profile["crm"]["owner_name"] or "?"
        lines.append(escape(say(f"Salesforce: {url} (owner {owner})", f"Salesforce: {url}（所有者 {owner}）")))
    return Panel("\n".join(lines), title=escape(name), title_align="left", expand=False)


def _rows(title: str, rows: list[dict[str, Any]], *names: str) -> RenderableType:
    if not rows:
        return say(f"{title}: none", f"{title}: なし")
    columns = (_COLUMNS[name].in_language(language()) for name in names)
    table = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*(escape(_cell(name, row.get(name))) for name in names))
    return table


def _cell(name: str, value: Any) -> str:
    text = "" if value is None else str(value)
    if name == "reason":
        return reason(text, language())
    is_time = len(text) >= 20 and text[4:5] == "-" and text[10:11] == "T"
    return text[:16].replace("T", " ") if is_time else text
