"""What `ripen lead` shows: a panel about the lead, and a table for each kind of row."""

from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel

from cli.output.language import language, say
from cli.output.row_table import row_table
from cli.output.time_zone import local_time, times_are_in
from ripen.decision import DecisionKind, Outcome, Reason
from ripen.operations.leads.subjects import name_of_subject
from ripen.operations.phrases import reason
from ripen.operations.phrases import say as sentence
from ripen.operations.playbook_words.steps import named_path, named_step
from ripen.operations.state_words import in_a_word, outcome_in_a_word
from ripen.operations.waiting.wait import Work
from ripen.operations.waiting.words import sentence_facts
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import title
from ripen.playbook.wording import display_phone, name_in_order
from ripen.slack.card_words import card_words
from ripen.words import Words

_COLOURS = {"hot": "red", "warm": "yellow", "cold": "blue"}
_COLUMNS = {
    "journey": Words("Journey", "シナリオ"),
    "state": Words("State", "状態"),
    "step": Words("Step", "手順"),
    "until": Words("Until", "いつまで"),
    "reason": Words("Reason", "理由"),
    "email": Words("Mail", "メール"),
    "planned": Words("Planned", "予定"),
    "delivered": Words("Delivered", "到達"),
    "clicked": Words("Clicked", "クリック"),
    "kind": Words("Kind", "種類"),
    "outcome": Words("Outcome", "結果"),
    "by_name": Words("Pressed by (Slack)", "押した人（Slack）"),
    "posted": Words("Posted", "投稿"),
    "at": Words("At", "日時"),
    "what": Words("What", "対象"),
    "subject": Words("Subject", "内容"),
}
_TIMES = ("until", "planned", "delivered", "clicked", "posted", "at")


def lead_parts(found: dict[str, Any], zone: str, bundle: Bundle) -> list[RenderableType]:
    """Return what to print, of a lead_report, with all times in that time zone and the playbook's titles."""
    called = {alert["id"]: _word(alert["kind"]) for alert in found["alerts"] + found["hand_off_messages"]}
    called |= {send["id"]: _mail(send, bundle) for send in found["sends"]}
    sends = [_send(row, bundle) for row in found["sends"]]
    enrollments = [_enrollment(row, bundle) for row in found["enrollments"]]
    alerts = [_alert(row) for row in found["alerts"]]
    decisions = [_decision(row, called, bundle) for row in found["decisions"]]
    return [
        _panel(found, zone),
        times_are_in(zone),
        _rows(say("Journeys", "シナリオ"), enrollments, zone, "journey", "state", "step", "until", "reason"),
        *_ended_for_good(found["enrollments"]),
        _rows(say("Mails", "メール"), sends, zone, "email", "state", "reason", "planned", "delivered", "clicked"),
        _rows(say("Alerts", "通知"), alerts, zone, "kind", "state", "outcome", "by_name", "posted"),
        _rows(say("Decisions", "判断"), decisions, zone, "at", "what", "subject", "outcome", "reason"),
    ]


def _panel(found: dict[str, Any], zone: str) -> Panel:
    profile, rank = found["profile"], found["rank"]
    name = name_in_order(profile["last_name"], profile["first_name"]) or profile["email"]
    total, fit, engagement = (found["whole_points"][part] for part in ("total", "fit", "engagement"))
    points = say(
        f"{total} points: fit {fit}, engagement {engagement}",
        f"{total} 点（適合度 {fit}、関心度 {engagement}）",
    )
    about = (("email", "company"), ("department", "job_title", "phone"))
    shown = profile | {"phone": display_phone(profile["phone"] or "")}
    lines = [" · ".join(escape(shown[name]) for name in names if shown[name]) for names in about]
    lines = [line for line in lines if line]
    standing = f"{_word(rank)} {found['grade']}{found['level'] or ''}".strip()
    lines.append(f"[bold {_COLOURS[rank]}]{standing}[/]  {points}")
    lines.append(_permission(found["consent"], zone))
    if found["lacks_proof"]:
        lines.append(f"  {card_words(language())['no_proof']}")
    lines += [f"  {_reason_points(reason)}{escape(reason['words'])}" for reason in found["reasons"]]
    lines += _answers(found["answers"])
    lines += _expired(found["expired_activities"])
    if profile["crm"]:
        url, owner = profile["crm"]["url"], profile["crm"]["owner_name"] or say("nobody yet", "未割り当て")
        lines.append(escape(say(f"Salesforce: {url} (owner {owner})", f"Salesforce: {url}（担当者 {owner}）")))
    lines += _crm_error(found["crm"], zone)
    lines += _waiting(found["waiting"], zone)
    return Panel("\n".join(lines), title=escape(name), title_align="left", expand=False)


def _reason_points(reason: dict[str, Any]) -> str:
    return "" if reason["disqualifies"] else f"{reason['points']:+.0f}  "


def _permission(contact: dict[str, Any], zone: str) -> str:
    """Return whether the lead may get marketing mail, and since when."""
    given = contact.get("consent", {}).get("marketing")
    refusals = (
        ("complained", say("reported our mail as spam", "迷惑メールとして報告")),
        ("bounced", say("mail does not reach the address", "メールが届かないアドレス")),
        ("unsubscribed", say("unsubscribed", "配信停止")),
    )
    words, at = say("no consent", "同意なし"), None
    if given and given["granted"]:
        words, at = say("agreed", "同意あり"), given["at"]
    for name, refused in refusals:
        if contact.get(name) and not (name == "unsubscribed" and given and given["granted"]):
            words, at = refused, contact[name]
            break
    since = f" ({local_time(datetime.fromisoformat(at), zone)})" if at else ""
    return escape(say(f"Marketing mail: {words}{since}", f"マーケティングメール: {words}{since}"))


def _crm_error(mark: dict[str, Any] | None, zone: str) -> list[str]:
    """Return why the lead's last values are not in Salesforce, since when, and when the next attempt is made."""
    if not mark or not mark["failing_since"]:
        return []
    why = reason(mark["error"] or mark["waits_for"], language())
    since = local_time(datetime.fromisoformat(mark["failing_since"]), zone)
    if mark["ignored"]:
        words = say(
            f"not in Salesforce since {since}, ignored until the lead changes: {why}",
            f"{since} から Salesforce に書き込めない（変更があるまで書き込まない）: {why}",
        )
        return [f"  [dim]{escape(words)}[/]"]
    again = local_time(datetime.fromisoformat(mark["due"]), zone) if mark["due"] else "–"
    words = say(
        f"not in Salesforce since {since}: {why}. Next attempt: {again}",
        f"{since} から Salesforce に書き込めない: {why}。次の試行: {again}",
    )
    return [f"  [yellow]{escape(words)}[/]"]


def _waiting(waits: list[dict[str, str]], zone: str) -> list[str]:
    """Return what else of the lead waits for an outside system."""

    def clock(at: datetime) -> str:
        return local_time(at, zone)

    facts = [sentence_facts(wait, clock) for wait in waits if wait["work"] != Work.LEADS]
    return [f"  [yellow]{escape(sentence(each['sentence'], each, language()))}[/]" for each in facts]


def _answers(forms: list[dict[str, Any]]) -> list[str]:
    """Return what the lead answered on each form: a line of title and day, then the answers."""
    lines = []
    for form in forms:
        lines.append(f"[bold]{escape(form['heading'])}[/]")
        lines += [f"  {escape(label)}: {escape(value)}" for label, value in form["answers"]]
    return lines


def _expired(count: int) -> list[str]:
    if not count:
        return []
    are = "1 older activity has" if count == 1 else f"{count:,} older activities have"
    words = say(
        f"{are} expired: score and segments still count them",
        f"保存期間を過ぎた行動 {count:,} 件は削除済み（スコアとセグメントでは引き続き数えます）",
    )
    return [f"  [dim]{words}[/]"]


def _rows(title: str, rows: list[dict[str, Any]], zone: str, *names: str) -> RenderableType:
    if not rows:
        return say(f"{title}: none", f"{title}: なし")
    columns = [_COLUMNS[name].in_language(language()) for name in names]
    cells = ((_cell(name, row.get(name), zone) for name in names) for row in rows)
    return row_table(title, columns, cells, title_style="bold")


def _send(row: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    return row | {"email": _mail(row, bundle), "state": _word(row["state"])}


def _mail(send: dict[str, Any], bundle: Bundle) -> str:
    """Return the subject in the reader's language; the one that was sent, if the playbook no longer has the mail."""
    known = send["email"] in bundle.emails
    return (not known and send["subject"]) or title(bundle, "emails", send["email"]).in_language(language())


def _enrollment(row: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    journey = title(bundle, "journeys", row["journey"]).in_language(language())
    step = named_step(row["journey"], row["step"], bundle).in_language(language())
    return row | {"journey": journey, "state": _word(row["state"]), "step": step}


def _ended_for_good(enrollments: list[dict[str, Any]]) -> list[RenderableType]:
    if not any(row["reason"] == Reason.UNSUBSCRIBED for row in enrollments):
        return []
    return [
        say(
            "A journey that an unsubscription ended does not go on if the lead takes the unsubscription back.",
            "配信停止で途中終了したシナリオは、配信停止が取り消されても続きません。",
        )
    ]


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    outcome = outcome_in_a_word("alert", row["outcome"], language())
    return row | {"kind": _word(row["kind"]), "state": _word(row["state"]), "outcome": outcome}


def _decision(row: dict[str, Any], called: dict[str, str], bundle: Bundle) -> dict[str, Any]:
    """Return the decision in words; `called` has the words for alerts and sent mails by id."""
    what, subject, facts = row["what"], row["subject"], row["facts"]
    return row | {
        "what": _word(what),
        "subject": called.get(facts.get("send", subject))
        or name_of_subject(what, subject, bundle, facts.get("journey", "")).in_language(language()),
        "outcome": outcome_in_a_word(what, row["outcome"], language()),
        "reason": _reason(row, bundle),
    }


def _reason(row: dict[str, Any], bundle: Bundle) -> str:
    """Return the reason; of a step, the path that the lead took or the step that it was moved to."""
    journey, step, found = row["subject"], row["facts"].get("step", ""), str(row["reason"])
    match row["what"], row["outcome"]:
        case DecisionKind.STEP, Outcome.TOOK:
            return named_path(journey, step, found, bundle).in_language(language())
        case DecisionKind.STEP, Outcome.MOVED:
            return named_step(journey, found, bundle).in_language(language())
    return found


def _word(name: str) -> str:
    return in_a_word(name, language())


def _cell(name: str, value: Any, zone: str) -> str:
    if not value:
        return ""
    if name in _TIMES:
        return local_time(datetime.fromisoformat(value), zone)
    return reason(value, language()) if name == "reason" else str(value)
