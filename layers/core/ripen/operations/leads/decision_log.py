"""Explain in words what happened to one lead: its activities, every decision about it, and their causes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.decisions import decisions_in
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.calendar.local_time import office_zone
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, happened_at
from ripen.lead.history import facts_for_conditions, history_entry
from ripen.mail.ledger import Send
from ripen.operations.leads.find import find_lead
from ripen.operations.leads.subjects import facts_of_decision, subject_of_activity
from ripen.operations.live_playbook import live_bundle
from ripen.operations.phrases import knows, say, turn
from ripen.operations.waiting.scan import waits_of_lead
from ripen.operations.waiting.wait import Wait
from ripen.operations.waiting.words import sentence_facts
from ripen.playbook.bundle import Bundle
from ripen.scoring.score import add_points
from ripen.words import Words

_MINUTE = timedelta(minutes=1)
_OF_A_JOURNEY = ("send", "enrollment", "step")
_ENDED_BY = {
    Reason.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
    Reason.BOUNCED: Kind.BOUNCED,
    Reason.COMPLAINED: Kind.COMPLAINED,
    Reason.REPLIED: Kind.REPLIED,
    Reason.CONVERTED: Kind.CONVERTED,
}
"""The kind of activity that ends a journey, by the reason of the exit."""


@dataclass(frozen=True)
class LogEntry:
    """One activity or decision, and the activities that caused it."""

    at: datetime
    code: str
    facts: dict[str, str]
    reason: str = ""
    bundle: str = ""
    causes: tuple[Activity, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    """The points that an activity gave, by scoring rule."""
    campaign: str = ""
    """The name of the campaign that sent the mail."""
    shown: dict[str, Words] = field(default_factory=dict)
    """The facts that are names or codes, in words."""

    def words(self, lang: str) -> str:
        """Return one sentence in that language."""
        facts = self.facts | {name: words.in_language(lang) for name, words in self.shown.items()}
        if knows(self.code):
            return say(self.code, facts, lang)
        what, _, outcome = self.code.partition(".")
        because = f" ({self.reason})" if self.reason else ""
        return say("other", facts | {"what": what, "outcome": outcome, "because": because}, lang)


@dataclass(frozen=True)
class DecisionLog:
    zone: str
    """The brand's time zone."""
    entries: tuple[LogEntry, ...]
    bundle: Bundle

    def deed(self, activity: Activity, lang: str) -> str:
        """Return what the lead did, in a sentence without its facts."""
        subject = subject_of_activity(activity, self.bundle).in_language(lang)
        return say(str(activity.kind), {"subject": subject, "kind": str(activity.kind)}, lang)


def decision_log(email: str, table: Table, playbook: Playbook, secrets: Secrets) -> DecisionLog:
    """Return the entries of the lead with this address, the oldest first. Raise Failure if no lead has it."""
    lead = find_lead(email, table, secrets)
    bundle = live_bundle(playbook)
    zone = office_zone(bundle.brand)
    rows = list(table.under(lead, ""))
    waits = [_waiting(wait, zone) for wait in waits_of_lead(rows, table)]
    found = [*_entries([row.value for row in rows], bundle), *waits]
    entries = sorted(found, key=lambda entry: (_place(entry, found), turn(entry.code), _step_number(entry, bundle)))
    return DecisionLog(zone.key, tuple(entries), bundle)


def _place(entry: LogEntry, entries: list[LogEntry]) -> datetime:
    """Return the time to sort by: a journey's end comes after the mails that it sent within the same minute."""
    if entry.code != "enrollment.finished":
        return entry.at
    journey, minute = entry.facts["subject"], entry.at.replace(second=0, microsecond=0)
    sent = [
        other.at
        for other in entries
        if other.code == "send.accepted" and other.facts.get("origin") == journey and other.at < minute + _MINUTE
    ]
    return max([entry.at, *sent])


def _step_number(entry: LogEntry, bundle: Bundle) -> int:
    """Return the position of the entry's step in its journey, or -1 without one."""
    journey = bundle.journeys.get(entry.facts["subject"])
    ids = [step.id for step in journey.steps] if journey else []
    step = entry.facts.get("step", "")
    return ids.index(step) if step in ids else -1


def _entries(rows: list[Any], bundle: Bundle) -> Iterator[LogEntry]:
    activities = {row.id: row for row in rows if isinstance(row, Activity)}
    sends = {row.id: row for row in rows if isinstance(row, Send)}
    enrollments = {(row.journey, row.key): row for row in rows if isinstance(row, Enrollment)}
    for activity in activities.values():
        yield _activity(activity, bundle)
    for decision in decisions_in(rows):
        send = sends.get(decision.facts.get("send", ""))
        causes = _causes(decision, send, enrollments, activities.values())
        sent = send.subject if send else decision.facts.get("subject", "")
        yield LogEntry(
            at=decision.at,
            code=f"{decision.what}.{decision.outcome}",
            facts=decision.facts | {"subject": decision.subject, "reason": decision.reason},
            shown=facts_of_decision(decision, sent, bundle),
            reason=decision.reason,
            bundle=decision.bundle,
            causes=tuple(activities[id] for id in causes if id in activities),
            campaign=send.origin if send and send.campaign else "",
        )


def _activity(activity: Activity, bundle: Bundle) -> LogEntry:
    """Return the entry for an activity, with its points by the live scoring."""
    points = {code: given.points for code, given in add_points({}, history_entry(activity), bundle.scoring).items()}
    code = str(activity.kind) if knows(str(activity.kind)) else "activity"
    facts = {**facts_for_conditions(activity)} | {"kind": str(activity.kind), "subject": activity.subject}
    shown = {"subject": subject_of_activity(activity, bundle)}
    return LogEntry(at=happened_at(activity), code=code, facts=facts, points=points, shown=shown)


def _waiting(wait: Wait, zone: ZoneInfo) -> LogEntry:
    """Return the entry for work that waits for an outside system, at the time since when it waits."""
    facts = sentence_facts(wait.plain(), lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}")
    return LogEntry(at=wait.since, code=wait.sentence, facts=facts, reason=wait.answer)


def _causes(
    decision: Decision,
    send: Send | None,
    enrollments: dict[tuple[str, str], Enrollment],
    activities: Iterable[Activity],
) -> tuple[str, ...]:
    """Return the activities of the decision, or the activity that enrolled the lead in the journey that decided.

    The cause of an exit is the activity that ended the journey, if any, and not the activity that enrolled the lead.
    """
    if (decision.what, decision.outcome) == (DecisionKind.ENROLLMENT, Outcome.EXITED):
        return _ending(decision, activities)
    if decision.activities or decision.what not in _OF_A_JOURNEY:
        return decision.activities
    journey = send.origin if send else decision.facts.get("origin", decision.subject)
    entry = enrollments.get((journey, send.entry if send else decision.facts.get("entry", "")))
    return (entry.activity,) if entry and entry.activity else ()


def _ending(decision: Decision, activities: Iterable[Activity]) -> tuple[str, ...]:
    kinds = [kind for reason, kind in _ENDED_BY.items() if reason == decision.reason]
    found = [activity for activity in activities if activity.kind in kinds and happened_at(activity) <= decision.at]
    return (max(found, key=happened_at).id,) if found else ()


def is_activity(entry: LogEntry) -> bool:
    """Tell whether the lead did this itself. Everything else was decided."""
    return entry.code == "activity" or entry.code in {str(kind) for kind in Kind}
