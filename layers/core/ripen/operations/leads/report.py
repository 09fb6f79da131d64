"""Report everything that Ripen knows about one lead, for people and scripts."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.decisions import decisions_in, in_order_of_time
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Row, Table, keys
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, ConsentProof, Kind, Verdict
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send
from ripen.operations.leads.find import find_lead
from ripen.operations.live_playbook import live_bundle
from ripen.operations.plain import plain
from ripen.operations.waiting.scan import waits_of_lead
from ripen.playbook.bundle import Bundle
from ripen.playbook.form_answers import answered_form
from ripen.scoring.rank import lacks_proof
from ripen.scoring.reasons import reasons
from ripen.scoring.score import score
from ripen.scoring.whole_points import whole
from ripen.slack.alert import Alert
from ripen.tracking.click_evidence import is_click
from ripen.words import Words

_MOST_REASONS = 10
_NO_POINTS = {"fit": 0, "engagement": 0, "total": 0}
_NO_SCORE = {
    "score": _NO_POINTS,
    "whole_points": _NO_POINTS,
    "rank": "cold",
    "grade": "",
    "level": 0,
    "disqualified": "",
    "lacks_proof": False,
    "reasons": [],
}


def lead_report(
    email: str, table: Table, playbook: Playbook, secrets: Secrets, now: datetime, locale: str = ""
) -> dict[str, Any]:
    """Return what `ripen lead EMAIL --json` prints, a contract for scripts. Scores are those of `now`.

    Reasons and answers are in the words of that locale, by default the lead's own.
    """
    rows = list(table.under(find_lead(email, table, secrets), ""))
    profile = _first(rows, Profile)
    if profile is None:
        raise Failure(
            Words(f"The lead {email} has no profile.", f"見込み客 {email} にはプロフィールがありません。"),
            Words("Look at its rows in the table.", "テーブルの行を確かめてください。"),
        )
    locale, bundle = locale or profile.locale, live_bundle(playbook)
    state, contact = _first(rows, State), _first(rows, Contact)
    activities = [row.value for row in rows if isinstance(row.value, Activity)]
    alerts = _in_order(_all(rows, "alert"), "planned")
    return {
        "profile": plain(profile),
        **(_score(profile, state, bundle, now, locale) if state else _NO_SCORE),
        "answers": [plain(answered_form(each, bundle, locale)) for each in profile.answers],
        "segments": list(state.segments) if state else [],
        "touches": {
            "first": plain(profile.first_touch),
            "lead": plain(profile.lead_touch),
            "last": plain(profile.last_touch),
        },
        "consent": plain(contact) | {"records": _consents(rows, activities, playbook)} if contact else {"records": []},
        "enrollments": _in_order(_all(rows, "enrollment"), "entered"),
        "sends": _in_order(_sends(rows), "planned"),
        "alerts": [alert for alert in alerts if not alert.get("about")],
        "hand_off_messages": [alert for alert in alerts if alert.get("about")],
        "decisions": [plain(each) for each in in_order_of_time(decisions_in(row.value for row in rows))],
        "activities": _all(rows, "activity"),
        "expired_activities": _expired(state, activities) if state else 0,
        "crm": next(iter(_all(rows, "due#crm")), None),
        "next": _agenda(rows),
        "waiting": [wait.plain() for wait in waits_of_lead(rows, table)],
    }


def _score(profile: Profile, state: State, bundle: Bundle, now: datetime, locale: str) -> dict[str, Any]:
    points = score(state, bundle.scoring, now)
    zone = bundle.brand.time_zone
    found = reasons(profile, state, bundle.scoring, now, locale, zone, with_presence=True, limit=_MOST_REASONS)
    return {
        "score": {
            "fit": round(points.fit, 1),
            "engagement": round(points.engagement, 1),
            "total": round(points.total, 1),
        },
        "whole_points": plain(whole(points)),
        "rank": str(state.rank),
        "grade": state.grade,
        "level": state.level,
        "disqualified": state.disqualified,
        "lacks_proof": lacks_proof(state, bundle.scoring, now),
        "reasons": [plain(reason) | {"points": round(reason.points, 1)} for reason in found],
    }


def _expired(state: State, activities: list[Activity]) -> int:
    """Return how many of the lead's activities have expired by `keep`: the state still counts them."""
    return max(0, state.activity_count - sum(activity.folded is not None for activity in activities))


def _first[T](rows: list[Row[Any]], type: type[T]) -> T | None:
    return next((row.value for row in rows if isinstance(row.value, type)), None)


def _all(rows: list[Row[Any]], kind: str) -> list[dict[str, Any]]:
    return [
        plain(row.value) | {"due": row.due.isoformat() if row.due else None}
        for row in rows
        if keys.kind(row.key.ref) == kind
    ]


def _in_order(found: list[dict[str, Any]], time: str) -> list[dict[str, Any]]:
    """Return them by that time, the earliest first."""
    return sorted(found, key=lambda each: datetime.fromisoformat(each[time]))


def _consents(rows: list[Row[Any]], activities: list[Activity], playbook: Playbook) -> list[dict[str, Any]]:
    """Return the proofs of consents and withdrawals, the earliest first, each with the wording that was shown."""
    given = [_given(activity, proof, playbook) for activity in activities if (proof := activity.consent)]
    return sorted([*_all(rows, "consent"), *given], key=lambda record: record["at"])


def _given(activity: Activity, proof: ConsentProof, playbook: Playbook) -> dict[str, Any]:
    """Return the consent in a form, or confirmed after it, with the wording of the playbook that was live then."""
    name = activity.facts.get("form", "") if activity.kind is Kind.CONFIRMED else activity.subject
    form = playbook.bundle(proof.bundle).forms.get(name)
    wording = form.consent.text.get(proof.locale, "") if form and form.consent else ""
    return {
        "id": activity.id,
        "lead": activity.lead,
        "purpose": proof.purpose,
        "granted": True,
        "at": plain(activity.at),
        "source": f"form:{name}",
        "version": proof.version,
        "wording": wording,
        "url": activity.touch.url if activity.touch else "",
        "due": None,
    }


def _agenda(rows: list[Row[Any]]) -> list[dict[str, str]]:
    """Return the lead's rows on the agenda, the earliest first."""
    waiting = sorted((row.due, row.key.ref, row.value) for row in rows if row.due)
    return [{"due": due.isoformat(), "kind": keys.kind(ref), "subject": _subject(value)} for due, ref, value in waiting]


def _subject(value: Any) -> str:
    match value:
        case Enrollment():
            return f"{value.journey} · {value.step}" if value.step else value.journey
        case Send():
            return value.email
        case Activity() | Alert():
            return str(value.kind)
        case _:
            return ""


def _sends(rows: list[Row[Any]]) -> list[dict[str, Any]]:
    """Return each mail with the hits on its links. `clicked` is the time of the first click by a person."""
    hits = defaultdict[str, list[dict[str, Any]]](list)
    for activity in (row.value for row in rows if isinstance(row.value, Activity) and is_click(row.value)):
        why = list(activity.classification.why) if activity.classification else []
        hit = {"at": activity.at, "link": activity.facts.get("link", ""), "verdict": activity.verdict, "why": why}
        hits[activity.facts.get("send", "")].append(plain(hit))
    return [
        send
        | {
            "clicked": next((hit["at"] for hit in hits[send["id"]] if hit["verdict"] == Verdict.HUMAN), None),
            "clicks": hits[send["id"]],
        }
        for send in _all(rows, "send")
    ]
