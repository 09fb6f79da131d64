"""What was lived, told: from the rows that the workers wrote to lines that people and scripts read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from ripen.adapters.table import keys
from ripen.calendar.minute import format_minute
from ripen.crm.opportunity import OpenOpportunities
from ripen.decision import Decision
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState
from ripen.marks import CrmMark
from ripen.operations.phrases import say, turn
from ripen.playbook.bundle import Bundle
from ripen.scoring.score import score
from ripen.slack.alert import Alert
from ripen_authoring.simulation.world import Written

_QUIET_KINDS = {"due#decay", "due#refold", "consent", "contact", "join"}


@dataclass(frozen=True)
class Line:
    """One thing that happened. `code` is for scripts, phrases.say puts it into words."""

    at: datetime
    code: str
    facts: dict[str, str] = field(default_factory=dict)
    own: bool = False
    """The lead did it."""


def told(written: Iterable[Written], bundle: Bundle) -> list[Line]:
    """The lines of what was written, in its order; of one moment first what was done, then what follows."""
    return in_order(line for row in written for line in _line(row, bundle))


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By their times; of one moment first what was done, then what follows."""
    return sorted(lines, key=lambda line: (line.at, turn(line.code)))


def rendered(lines: Iterable[Line], zone: str, lang: str) -> str:
    """As people read it: each minute once, in the lead's own time."""
    shown, before = [], ""
    for line in lines:
        at = format_minute(line.at, zone, lang)
        margin = at if at != before else " " * _width(at)
        facts = {name: _local(value, zone, lang) for name, value in line.facts.items()}
        shown.append(f"{margin}  {'▸' if line.own else ' '} {say(line.code, facts, lang)}".rstrip())
        before = at
    return "\n".join(shown) + "\n" if shown else ""


def _line(row: Written, bundle: Bundle) -> Iterator[Line]:
    match row.after:
        case Activity(kind=kind) if row.before is None and kind not in _NOBODYS:
            status = {name: value for name, value in row.after.facts.items() if name == "status"}
            yield Line(row.at, str(kind), {"subject": row.after.subject} | status, own=True)
        case State():
            yield from _judged(row, bundle)
        case Enrollment():
            yield from _moved(row)
        case Send():
            yield from _mailed(row)
        case Profile() if row.before is not None:
            yield from _changed(row)
        case Alert() if row.before is None:
            yield Line(row.at, "alert.planned", {"subject": row.after.kind})
        case CrmMark() if row.before is None or (row.after.urgent and not row.before.urgent):
            yield Line(row.at, "crm.due")
        case OpenOpportunities(accounts=accounts):
            yield Line(row.at, "opportunity.open" if accounts else "opportunity.closed")
        case Decision() if row.after.what in ("verdict", "step") or row.after.outcome in _TOLD:
            yield from decided(row.after)
        case _ if (
            row.before is None and keys.kind(row.key.ref) not in _KNOWN | _QUIET_KINDS and row.key.pk[:5] == "lead#"
        ):
            yield Line(row.at, "outside", {"kind": keys.kind(row.key.ref), "told": _shortly(row.after)})


_TOLD = {"refused", "automatic", "gone"}
"""Outcomes of which no other row tells."""
_NOBODYS = {Kind.UPDATED, Kind.POINTS_GIVEN, Kind.ENTRY_ASKED}
"""No deeds of the lead: what they change is told by itself."""
_KNOWN = {"activity", "state", "enrollment", "send", "profile", "alert", "due#crm", "decision"}


def decided(decision: Decision) -> Iterator[Line]:
    """A decision as its line."""
    facts = decision.facts | {"subject": decision.subject, "reason": decision.reason}
    yield Line(decision.at, f"{decision.what}.{decision.outcome}", facts)


def _judged(row: Written, bundle: Bundle) -> Iterator[Line]:
    before: State = row.before or State(lead=row.after.lead)
    after: State = row.after
    was, now = score(before, bundle.scoring, row.at), score(after, bundle.scoring, row.at)
    if round(was.total) != round(now.total) and (
        row.before is None or after.activity_count != before.activity_count or was.fit != now.fit
    ):
        facts = {"before": was.total, "after": now.total, "fit": now.fit, "engagement": now.engagement}
        yield Line(row.at, "score", {name: f"{value:.0f}" for name, value in facts.items()})
    if before.rank is not after.rank:
        yield Line(row.at, "rank", {"before": before.rank.value, "after": after.rank.value})
    for name in sorted(set(after.segments) - set(before.segments)):
        yield Line(row.at, "segment.joined", {"subject": name})
    for name in sorted(set(before.segments) - set(after.segments)):
        yield Line(row.at, "segment.left", {"subject": name})


def _moved(row: Written) -> Iterator[Line]:
    before: Enrollment | None = row.before
    after: Enrollment = row.after
    journey = {"subject": after.journey}
    if before is None:
        yield Line(row.at, "enrollment.entered", journey)
        return
    match after.state:
        case EnrollmentState.ACTIVE if after.step and (before.step, before.until) != (after.step, after.until):
            until = {"until": after.until.isoformat()} if after.until else {}
            code = "wait" if until else "wait.open"
            yield Line(row.at, code, {"subject": after.step, "journey": after.journey} | until)
        case EnrollmentState.FINISHED if before.state is not after.state:
            yield Line(row.at, "enrollment.finished", journey)
        case EnrollmentState.EXITED if before.state is not after.state:
            yield Line(row.at, "enrollment.exited", journey | {"reason": after.reason})


def _mailed(row: Written) -> Iterator[Line]:
    before: Send | None = row.before
    after: Send = row.after
    if before is None:
        return
    facts = {"subject": after.email, "reason": after.reason, "origin": after.origin, "step": after.step}
    match after.state:
        case SendState.PLANNED if row.due and row.due > row.at:
            yield Line(row.at, "send.waits", facts | {"until": row.due.isoformat()})
        case before.state:
            pass
        case SendState.ACCEPTED | SendState.SKIPPED | SendState.FAILED | SendState.HELD | SendState.UNKNOWN:
            title = f" “{after.subject}”" if after.subject else ""
            yield Line(row.at, f"send.{after.state}", facts | {"title": title})
        case _:
            pass


def _changed(row: Written) -> Iterator[Line]:
    names = [each.name for each in fields(Profile) if not each.name.endswith("_touch") and each.name != "attributes"]
    was = {name: getattr(row.before, name) for name in names} | row.before.attributes
    now = {name: getattr(row.after, name) for name in names} | row.after.attributes
    changes = [f"{name} {_value(now[name])}" for name in now if now[name] != was.get(name, "")]
    if changes:
        yield Line(row.at, "profile", {"changes": ", ".join(changes)})


def _value(value: Any) -> str:
    return "+".join(value) if isinstance(value, tuple) else str(value) or "–"


def _shortly(value: Any) -> str:
    """The texts of a row that is for somebody outside."""
    told = [getattr(value, each.name) for each in fields(value)] if isinstance(value, Struct) else []
    return " · ".join(text for text in told[1:] if isinstance(text, str) and text)


def _local(value: str, zone: str, lang: str) -> str:
    try:
        at = datetime.fromisoformat(value) if value[10:11] == "T" else None
    except ValueError:
        return value
    return format_minute(at, zone, lang) if at and at.tzinfo else value


def _width(text: str) -> int:
    """Columns on a terminal: a Japanese letter takes two."""
    return sum(1 if letter.isascii() else 2 for letter in text)
