"""All that Ripen knows about one lead, put together for people and scripts."""

from collections import defaultdict
from typing import Any

import msgspec

from cli.stack.stack import Stack
from ripen.adapters.playbook import NotPublished
from ripen.adapters.table import Row, keys
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Verdict
from ripen.lead.address import address_hash, normalise
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send
from ripen.scoring.reasons import reasons
from ripen.scoring.score import score
from ripen.slack.alert import Alert
from ripen.tracking.click_verdict import is_click

_MOST_REASONS = 10


def dossier(stack: Stack, email: str) -> dict[str, Any]:
    """What `ripen lead EMAIL --json` prints: a contract for scripts. Scores stand as of now."""
    rows = list(stack.table.under(find(stack, email), ""))
    profile = _one(rows, Profile)
    if profile is None:
        raise Failure(f"The lead {email} has no profile.", "Look at its rows in the table.")
    state, contact = _one(rows, State), _one(rows, Contact)
    return {
        "profile": _plain(profile),
        **_judged(stack, profile, state),
        "segments": list(state.segments) if state else [],
        "touches": {
            "first": _plain(profile.first_touch),
            "lead": _plain(profile.lead_touch),
            "last": _plain(profile.last_touch),
        },
        "consent": _plain(contact) | {"records": _all(rows, "consent")} if contact else {"records": []},
        "enrollments": _all(rows, "enrollment"),
        "sends": _sends(rows),
        "alerts": _all(rows, "alert"),
        "decisions": _all(rows, "decision"),
        "activities": _all(rows, "activity"),
        "crm": next(iter(_all(rows, "due#crm")), None),
        "next": _next(rows),
    }


def find(stack: Stack, email: str) -> str:
    """The id of the lead with this address, typed as people do. Raises Failure."""
    try:
        address = normalise(email)
    except Rejected as error:
        raise Failure(f"{email!r} is no address: {error.reason}") from None
    row = stack.table.get(keys.address(address_hash(stack.secrets.key("address"), address)))
    if row is None:
        raise Failure(
            f"No lead has the address {address}.", "Has it filled in a form? The mailbox and the page: ripen status"
        )
    return row.value.lead


def _judged(stack: Stack, profile: Profile, state: State | None) -> dict[str, Any]:
    nothing = {"score": {"fit": 0, "engagement": 0, "total": 0}, "rank": "cold", "reasons": []}
    if state is None:
        return nothing
    try:
        bundle = stack.playbook.live().bundle
    except NotPublished:
        raise Failure("No playbook has been published yet.", "Publish it with: ripen publish") from None
    now = stack.clock.now()
    points = score(state, bundle.scoring, now)
    zone = bundle.brand.time_zone
    found = reasons(profile, state, bundle.scoring, now, profile.locale, zone, limit=_MOST_REASONS)
    return {
        "score": {
            "fit": round(points.fit, 1),
            "engagement": round(points.engagement, 1),
            "total": round(points.total, 1),
        },
        "rank": str(state.rank),
        "reasons": [_plain(reason) | {"points": round(reason.points, 1)} for reason in found],
    }


def _one[T](rows: list[Row[Any]], type: type[T]) -> T | None:
    return next((row.value for row in rows if isinstance(row.value, type)), None)


def _all(rows: list[Row[Any]], kind: str) -> list[dict[str, Any]]:
    return [
        _plain(row.value) | {"due": row.due.isoformat() if row.due else None}
        for row in rows
        if keys.kind(row.key.ref) == kind
    ]


def _next(rows: list[Row[Any]]) -> list[dict[str, str]]:
    """What stands on the agenda for this lead, the soonest first."""
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
    """Each mail with the hits on its links; `clicked` is when a person first did."""
    hits = defaultdict[str, list[dict[str, Any]]](list)
    for activity in (row.value for row in rows if isinstance(row.value, Activity) and is_click(row.value)):
        why = list(activity.judgement.why) if activity.judgement else []
        hit = {"at": activity.at, "link": activity.facts.get("link", ""), "verdict": activity.verdict, "why": why}
        hits[activity.facts.get("send", "")].append(_plain(hit))
    return [
        send
        | {
            "clicked": next((hit["at"] for hit in hits[send["id"]] if hit["verdict"] == Verdict.HUMAN), None),
            "clicks": hits[send["id"]],
        }
        for send in _all(rows, "send")
    ]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
