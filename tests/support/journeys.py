"""Journeys, enrollments and contexts for the tests of the engine, and one lead's whole way through a journey."""

from collections.abc import Callable, Iterable, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ripen.journey.context import JourneyContext
from ripen.journey.engine import Advanced, advance
from ripen.journey.enrollment import Enrollment
from ripen.journey.history_needed import history_start
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact
from ripen.mail.ledger import Send
from ripen.playbook.bundle import Email
from ripen.playbook.clause import Did
from ripen.playbook.graph import BranchStep, Journey, Path, SendStep, Step
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE = a_bundle()
EMAILS = {name: Email(name=name, mail_class="marketing", locales={}) for name in "abcdefgh"}
TRANSACTIONAL = Email(name="promised", mail_class="transactional", locales={})
CLICKED = Did(kind="link_clicked", subject="a")


def an_enrollment(**changes: Any) -> Enrollment:
    known: dict[str, Any] = {"lead": "lead1", "journey": "j", "key": "k", "entered": NOON, "bundle": "bundle1"}
    return Enrollment(**(known | changes))


def a_journey(*steps: Step, **changes: Any) -> Journey:
    return Journey(name="j", first=steps[0].id if steps else "", steps=steps, **changes)


def a_context(journey: Journey, **known: Any) -> JourneyContext:
    usual: dict[str, Any] = {
        "profile": a_lead(id="lead1"),
        "live": journey,
        "emails": EMAILS | {"promised": TRANSACTIONAL},
        "brand": BUNDLE.brand,
        "calendar": BUNDLE.calendar,
        "stages": BUNDLE.stages,
    }
    return JourneyContext(journey=journey, **(usual | known))


def moved(journey: Journey, enrollment: Enrollment | None = None, now: datetime = NOON, **known: Any) -> Advanced:
    return advance(enrollment or an_enrollment(), a_context(journey, **known), now)


def send(id: str, next: str = "") -> SendStep:
    return SendStep(id=id, email=id.partition("-")[0], next=next)


def sent(result: Advanced) -> list[str]:
    return [each.step for each in result.sends]


def step_decisions(result: Advanced) -> list[tuple[str, str, str]]:
    """Return the decisions about steps: step, outcome and reason."""
    return [(d.facts.get("step", ""), d.outcome, d.reason) for d in result.decisions if d.what == "step"]


def a_branch(*paths: Path) -> Step:
    """Return a branch. A lead that meets none of its paths goes on at "h"."""
    return BranchStep(id="fork", paths=paths, otherwise="h")


def a_click(after: timedelta, subject: str = "a", **changes: Any) -> Activity:
    at = NOON + after
    usual = {"id": f"click{after}", "kind": Kind.LINK_CLICKED, "subject": subject, "at": at, "received": at}
    return an_activity(**(usual | changes))


@dataclass
class Life:
    """One lead in one journey: its activities reach the engine, and its enrollment is woken when it is due."""

    journey: Journey
    activities: Sequence[Activity] = ()
    enrollment: Enrollment = field(default_factory=an_enrollment)
    sends: list[Send] = field(default_factory=list)
    due: datetime | None = NOON
    refuses: datetime | None = None
    """The time at which the lead unsubscribes, which wakes no enrollment."""

    def wake(self, now: datetime) -> None:
        """Move the enrollment as nurture.advance does, which reads only the history that the engine needs."""
        since = history_start(self.enrollment, self.journey, now)
        known = [a for a in self.activities if a.received <= now and since is not None and a.at >= since]
        has_refused = self.refuses is not None and self.refuses <= now
        contact = Contact(lead="lead1", unsubscribed=self.refuses) if has_refused else None
        result = moved(self.journey, self.enrollment, now, activities=known, contact=contact)
        self.enrollment, self.due = result.enrollment, result.due
        self.sends += result.sends

    def live(
        self, late: Callable[[], timedelta] = timedelta, extra: Iterable[datetime] = (), runs: int = 600
    ) -> "Life":
        """Wake the enrollment to its end: when it is due and at each activity, both `late`, and at `extra` times."""
        wakes = sorted([*(a.received + late() for a in self.activities), *extra])
        now = NOON
        for _ in range(runs):
            if self.due is None:
                return self
            wanted = max(now, self.due + late() if self.due > now else now)
            now = max(now, wakes.pop(0)) if wakes and wakes[0] <= wanted else wanted
            self.wake(now)
        raise AssertionError("the journey never ends")


def at(enrollment: Enrollment, **changes: Any) -> Enrollment:
    return replace(enrollment, **changes)
