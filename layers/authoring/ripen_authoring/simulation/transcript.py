"""The transcript of a simulation: lines for people and scripts, made from the rows that the workers wrote."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from ripen.adapters.table import keys
from ripen.calendar.minute import format_minute
from ripen.crm.incoming.opportunity import OpenOpportunities
from ripen.decision import Decision, DecisionKind
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.journey.enrollment_decisions import decisions_about
from ripen.lead.activity import Activity, Kind, decisions_inside
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState
from ripen.marks import CrmMark
from ripen.operations.leads.subjects import step_facts, subject_of_code
from ripen.operations.phrases import say, turn
from ripen.operations.playbook_words.fields import field_words
from ripen.operations.playbook_words.steps import named_step
from ripen.playbook.bundle import Bundle
from ripen.scoring.score import score
from ripen.slack.alert import Alert
from ripen.words import Words
from ripen_authoring.simulation.simulator import WrittenRow

_SHOWN_KINDS = {"activity", "state", "enrollment", "send", "profile", "alert", "due#crm", "decision"}
"""Kinds of rows that have lines of their own."""
_HIDDEN_KINDS = {"consent", "contact", "join"}
_KEPT_APART = ("attributes", "answers")
"""Fields of the profile whose changes are not shown as such: attributes are shown by their own names."""
_SHOWN_OUTCOMES = {"refused", "automatic", "gone"}
"""Outcomes of decisions that no other row shows."""
_HIDDEN_ACTIVITIES = {Kind.UPDATED, Kind.POINTS_GIVEN, Kind.ENTRY_ASKED}
"""Activities that the lead does not perform itself. Other rows show what they change."""


@dataclass(frozen=True)
class Line:
    """One thing that happened. Scripts read its code; phrases.say puts the code into words."""

    at: datetime
    code: str
    facts: dict[str, str] = field(default_factory=dict)
    own: bool = False
    """Whether the lead itself did this."""
    words: dict[str, Words] = field(default_factory=dict)
    """Facts in both languages, where a name or a reason has words of its own."""


def transcript_lines(written: Iterable[WrittenRow], bundle: Bundle) -> list[Line]:
    """Return the lines for these rows, sorted."""
    return sort_lines(with_names(line, bundle) for row in written for line in _row_lines(row, bundle))


def with_names(line: Line, bundle: Bundle) -> Line:
    """Return the line with its subject as people call it, such as the title of a journey."""
    if "subject" not in line.facts:
        return line
    return replace(line, words={"subject": subject_of_code(line.code, line.facts["subject"], bundle)} | line.words)


def sort_lines(lines: Iterable[Line]) -> list[Line]:
    """Return the lines by time. At the same moment, causes come before their consequences."""
    return sorted(lines, key=lambda line: (line.at, turn(line.code)))


def render_transcript(lines: Iterable[Line], zone: str, lang: str) -> str:
    """Return the transcript as text, in the lead's time zone. Each minute is written once."""
    shown, before = [], ""
    for line in lines:
        at = format_minute(line.at, zone, lang)
        margin = at if at != before else " " * _width(at)
        facts = {name: _local(value, zone, lang) for name, value in line.facts.items()}
        facts |= {name: words.in_language(lang) for name, words in line.words.items()}
        shown.append(f"{margin}  {'▸' if line.own else ' '} {say(line.code, facts, lang)}".rstrip())
        before = at
    return "\n".join(shown) + "\n" if shown else ""


def _row_lines(row: WrittenRow, bundle: Bundle) -> Iterator[Line]:
    match row.after:
        case Activity():
            yield from _activity_lines(row)
        case State():
            yield from _state_lines(row, bundle)
        case Enrollment():
            yield from _enrollment_lines(row, bundle)
        case Send():
            yield from _send_lines(row)
        case Profile() if row.before is not None:
            yield from _profile_lines(row, bundle)
        case Decision() if _is_shown(row.after, row.at):
            yield from decision_lines(row.after)
        case _:
            yield from _outside_lines(row)


def _activity_lines(row: WrittenRow) -> Iterator[Line]:
    """Yield the line for a new activity, and those for what was decided about it now."""
    before: Activity | None = row.before
    after: Activity = row.after
    if before is None and after.kind not in _HIDDEN_ACTIVITIES:
        status = {name: value for name, value in after.facts.items() if name == "status"}
        yield Line(row.at, str(after.kind), {"subject": after.subject} | status, own=True)
    for decision in decisions_inside(after)[len(before.decisions) if before else 0 :]:
        if _is_shown(decision, row.at):
            yield from decision_lines(decision)


def _outside_lines(row: WrittenRow) -> Iterator[Line]:
    """Yield the line for a row that concerns Slack, Salesforce or another outside system."""
    match row.after:
        case Alert(about="") if row.before is None:  # a message about a hand-off has another rhythm
            yield Line(row.at, "alert.planned", {"subject": row.after.kind})
        case CrmMark() if row.before is None or (row.after.urgent and not row.before.urgent):
            yield Line(row.at, "crm.due")
        case OpenOpportunities(count=count):
            yield Line(row.at, "opportunity.open" if count else "opportunity.closed")
        case _ if (
            row.before is None
            and keys.kind(row.key.ref) not in _SHOWN_KINDS | _HIDDEN_KINDS
            and row.key.pk.startswith("lead#")
        ):
            yield Line(row.at, "outside", {"kind": keys.kind(row.key.ref), "details": _texts(row.after)})


def _is_shown(decision: Decision, now: datetime) -> bool:
    """Return whether the decision has a line. One about a step may be old: its enrollment had no room for it."""
    if decision.what == DecisionKind.STEP:
        return decision.at == now
    return decision.what == DecisionKind.VERDICT or decision.outcome in _SHOWN_OUTCOMES


def decision_lines(decision: Decision) -> Iterator[Line]:
    """Yield the line for a decision."""
    facts = decision.facts | {"subject": decision.subject, "reason": decision.reason}
    yield Line(decision.at, f"{decision.what}.{decision.outcome}", facts)


def _step_lines(decision: Decision, bundle: Bundle) -> Iterator[Line]:
    """Yield the line for a decision about a step, with the step and its path in words."""
    for line in decision_lines(decision):
        yield replace(line, words=step_facts(decision, line.facts.get("step", ""), bundle))


def _state_lines(row: WrittenRow, bundle: Bundle) -> Iterator[Line]:
    before: State = row.before or State(lead=row.after.lead)
    after: State = row.after
    old, new = score(before, bundle.scoring, row.at), score(after, bundle.scoring, row.at)
    if round(old.total) != round(new.total) and (
        row.before is None or after.activity_count != before.activity_count or old.fit != new.fit
    ):
        facts = {"before": old.total, "after": new.total, "fit": new.fit, "engagement": new.engagement}
        yield Line(row.at, "score", {name: f"{value:.0f}" for name, value in facts.items()})
    if before.rank is not after.rank:
        yield Line(row.at, "rank", {"before": before.rank.value, "after": after.rank.value})
    for name in sorted(set(after.segments) - set(before.segments)):
        yield Line(row.at, "segment.joined", {"subject": name})
    for name in sorted(set(before.segments) - set(after.segments)):
        yield Line(row.at, "segment.left", {"subject": name})


def _enrollment_lines(row: WrittenRow, bundle: Bundle) -> Iterator[Line]:
    before: Enrollment | None = row.before
    after: Enrollment = row.after
    journey = {"subject": after.journey}
    if before is None:
        yield Line(row.at, "enrollment.entered", journey)
        return
    for kept, decision in zip(after.decisions, decisions_about(after), strict=True):
        if decision.what == DecisionKind.STEP and kept not in before.decisions:
            yield from _step_lines(decision, bundle)
    match after.state:
        case EnrollmentState.ACTIVE if after.step and (before.step, before.until) != (after.step, after.until):
            until = {"until": after.until.isoformat()} if after.until else {}
            code = "wait" if until else "wait.open"
            facts = {"subject": after.step, "journey": after.journey} | until
            yield Line(row.at, code, facts, words={"subject": named_step(after.journey, after.step, bundle)})
        case EnrollmentState.FINISHED if before.state is not after.state:
            yield Line(row.at, "enrollment.finished", journey)
        case EnrollmentState.EXITED if before.state is not after.state:
            yield Line(row.at, "enrollment.exited", journey | {"reason": after.reason})


def _send_lines(row: WrittenRow) -> Iterator[Line]:
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
            yield Line(row.at, f"send.{after.state}", facts | {"title": after.subject})
        case _:
            pass


def _profile_lines(row: WrittenRow, bundle: Bundle) -> Iterator[Line]:
    names = [each.name for each in fields(Profile) if not each.name.endswith("_touch") and each.name not in _KEPT_APART]
    old = {name: getattr(row.before, name) for name in names} | row.before.attributes
    new = {name: getattr(row.after, name) for name in names} | row.after.attributes
    changed = {name: _value(value) for name, value in new.items() if value != old.get(name, "")}
    if changed:
        called = {name: field_words(name, bundle) for name in changed}
        said = Words(
            ", ".join(f"{called[name].en} {value}" for name, value in changed.items()),
            "、".join(f"{called[name].ja} {value}" for name, value in changed.items()),
        )
        codes = ", ".join(f"{name} {value}" for name, value in changed.items())
        yield Line(row.at, "profile", {"changes": codes}, words={"changes": said})


def _value(value: Any) -> str:
    return "+".join(value) if isinstance(value, tuple) else str(value) or "–"


def _texts(value: Any) -> str:
    """Return the texts of a row that is for an outside system, without its first field."""
    values = [getattr(value, each.name) for each in fields(value)] if isinstance(value, Struct) else []
    return " · ".join(text for text in values[1:] if isinstance(text, str) and text)


def _local(value: str, zone: str, lang: str) -> str:
    try:
        at = datetime.fromisoformat(value) if value[10:11] == "T" else None
    except ValueError:
        return value
    return format_minute(at, zone, lang) if at and at.tzinfo else value


def _width(text: str) -> int:
    """Return the number of columns on a terminal: a Japanese character takes two."""
    return sum(1 if letter.isascii() else 2 for letter in text)
