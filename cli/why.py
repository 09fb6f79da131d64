"""Why a lead got what it got: every decision, score change and deed of one lead, in words, with what was behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cli.lead_report import find
from cli.stack.stack import Stack
from ripen.adapters.playbook import NotPublished
from ripen.adapters.table import keys
from ripen.calendar.local_time import lead_zone
from ripen.decision import Decision
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, happened_at
from ripen.mail.ledger import Send
from ripen.operations.phrases import knows, say, turn
from ripen.playbook.bundle import Bundle, Scoring
from ripen.scoring.score import add_points

_BEHIND = ("send", "enrollment", "step")


@dataclass(frozen=True)
class Because:
    """One thing that was decided or happened, and the activities behind it."""

    at: datetime
    code: str
    facts: dict[str, str]
    reason: str = ""
    bundle: str = ""
    behind: tuple[Activity, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    """By rule, what an activity gave."""

    def words(self, lang: str) -> str:
        if knows(self.code):
            return say(self.code, self.facts, lang)
        what, _, outcome = self.code.partition(".")
        because = f" ({self.reason})" if self.reason else ""
        return say("other", self.facts | {"what": what, "outcome": outcome, "because": because}, lang)


@dataclass(frozen=True)
class Story:
    zone: str
    locale: str
    """The playbook's default."""
    told: tuple[Because, ...]


def why(stack: Stack, email: str) -> Story:
    """The oldest first. Raises Failure where nobody has that address."""
    lead = find(stack, email)
    try:
        bundle = stack.playbook.live().bundle
    except NotPublished:
        raise Failure("No playbook has been published yet.", "Publish it with: ripen publish") from None
    rows = [row.value for row in stack.table.under(lead, "")]
    profile = stack.table.get(keys.profile(lead))
    found = sorted(_told(rows, bundle), key=lambda because: (because.at, turn(because.code), _place(because, bundle)))
    where = lead_zone(profile.value, bundle.brand).key if profile else bundle.brand.time_zone
    return Story(where, bundle.brand.default_locale, tuple(found))


def _place(because: Because, bundle: Bundle) -> int:
    """Of the step that it is about, in its journey."""
    journey = bundle.journeys.get(because.facts["subject"])
    ids = [step.id for step in journey.steps] if journey else []
    step = because.facts.get("step", "")
    return ids.index(step) if step in ids else -1


def _told(rows: list[Any], bundle: Bundle) -> Iterator[Because]:
    activities = {row.id: row for row in rows if isinstance(row, Activity)}
    sends = {row.id: row for row in rows if isinstance(row, Send)}
    entries = {(row.journey, row.key): row for row in rows if isinstance(row, Enrollment)}
    for activity in activities.values():
        yield _did(activity, bundle.scoring)
    for decision in (row for row in rows if isinstance(row, Decision)):
        send = sends.get(decision.facts.get("send", ""))
        behind = _behind(decision, send, entries)
        title = send.subject if send else decision.facts.get("subject", "")
        facts = decision.facts | {"subject": decision.subject, "reason": decision.reason}
        yield Because(
            at=decision.at,
            code=f"{decision.what}.{decision.outcome}",
            facts=facts | {"title": f" “{title}”" if title else ""},
            reason=decision.reason,
            bundle=decision.bundle,
            behind=tuple(activities[id] for id in behind if id in activities),
        )


def _did(activity: Activity, scoring: Scoring) -> Because:
    """What the lead did, and the points that it was worth by the scoring that is live."""
    points = {code: given.points for code, given in add_points({}, activity, scoring).items()}
    code = str(activity.kind) if knows(str(activity.kind)) else "activity"
    facts = activity.facts | {"kind": str(activity.kind), "subject": activity.subject}
    return Because(at=happened_at(activity), code=code, facts=facts, points=points)


def _behind(decision: Decision, send: Send | None, entries: dict[tuple[str, str], Enrollment]) -> tuple[str, ...]:
    """The activities of the decision, or those that let the lead into the journey that decided."""
    if decision.activities or decision.what not in _BEHIND:
        return decision.activities
    journey = send.origin if send else decision.facts.get("origin", decision.subject)
    entry = entries.get((journey, send.entry if send else decision.facts.get("entry", "")))
    return (entry.activity,) if entry and entry.activity else ()


def is_own(because: Because) -> bool:
    """The lead did it, nobody decided it."""
    return because.code == "activity" or because.code in {str(kind) for kind in Kind}
