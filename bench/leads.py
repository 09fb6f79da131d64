"""Leads in a journey of send, wait, branch and send, moved by nurture.advance."""

from copy import replace
from datetime import UTC, datetime, timedelta
from itertools import batched

import nurture.advance
from bench.plan import example
from bench.requests import SITE, Context, messages
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Change, Create, Replace, keys
from ripen.agenda import Ref
from ripen.journey.context import JourneyContext
from ripen.journey.engine import advance
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.mail.ledger import SendState
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Email
from ripen.playbook.clause import Did
from ripen.playbook.graph import BranchStep, Journey, Path, SendStep, Until, WaitStep

_START = datetime(2025, 11, 24, 1, 0, tzinfo=UTC)
_DAYS = 3
WAIT_ENDS = _START + timedelta(days=_DAYS)
AFTER_THE_WAIT = _START + timedelta(days=_DAYS + 1)
_MAIL = "bench"
_TIMES_IN = 10
"""Enrollments per lead."""
_TOGETHER = 10
"""Messages per invocation (BatchSize)."""
_CLICKED = Did(kind="link_clicked", subject=_MAIL, within_seconds=7 * 86400)
JOURNEY = Journey(
    name="bench",
    first="send-1",
    steps=(
        SendStep(id="send-1", email=_MAIL, next="wait"),
        WaitStep(id="wait", until=Until(days=_DAYS, at="10:00"), next="branch"),
        BranchStep(id="branch", paths=(Path(name="clicked", when=_CLICKED, next="send-2"),), otherwise="send-3"),
        SendStep(id="send-2", email=_MAIL),
        SendStep(id="send-3", email=_MAIL),
    ),
)


class SetClock:
    """A clock that shows the time it is set to."""

    at = _START

    def now(self) -> datetime:
        return self.at


class Leads:
    """Enrolls leads and moves them through the journey."""

    def __init__(self) -> None:
        self._table = nurture.advance.table
        self._clock = nurture.advance.clock = SetClock()  # type: ignore[assignment]
        self._lead = 0
        plan = example()
        mail = Email(name=_MAIL, mail_class="marketing", locales={})
        self._plan = replace(plan, hash="bench", emails={_MAIL: mail}, journeys={JOURNEY.name: JOURNEY})
        publish(self._plan, self._table, Playbook(self._table, "bucket"), SITE, _START)
        nurture.advance.playbook = Playbook(self._table, "bucket")
        nurture.advance.playbook.live()

    def enter(self, count: int) -> list[str]:
        """Create `count` due enrollments, ten per lead; every other lead has clicked. Return their refs."""
        refs, changes = list[str](), list[Change]()
        for number in range(count):
            if number % _TIMES_IN == 0:
                self._lead += 1
                changes += _rows(f"lead{self._lead}", clicked=self._lead % 2 == 0)
            enrollment = _enrollment(f"lead{self._lead}", number)
            key = keys.enrollment(enrollment.lead, enrollment.journey, enrollment.key)
            changes.append(Create(key, enrollment, due=_START))
            refs.append(key.ref)
        for some in batched(changes, 100, strict=False):
            self._table.write(*some)
        return refs

    def into_the_wait(self, refs: list[str]) -> None:
        """Move all of them from their first step into the wait."""
        self._moved(refs, _START)

    def to_the_end(self, refs: list[str]) -> None:
        """Move all of them out of the wait to the end."""
        self._moved(refs, AFTER_THE_WAIT)

    def mailed(self, refs: list[str]) -> None:
        """Mark the mails of their first step as sent, so that the wait starts."""
        leads = {keys.parse(Ref(ref)).lead for ref in refs}
        for row in (row for lead in leads for row in self._table.under(lead, "send#")):
            gone = replace(row.value, state=SendState.ACCEPTED, accepted=_START)
            self._table.write(Replace(row.key, gone, row.version))

    def _moved(self, refs: list[str], at: datetime) -> None:
        self._clock.at = at
        for some in batched(refs, _TOGETHER, strict=False):
            answered = nurture.advance.handler(messages(*some), Context())
            assert not answered["batchItemFailures"], answered

    def contexts(self, count: int) -> list[JourneyContext]:
        """Return `count` contexts as nurture.advance would pass them to the engine."""
        return [self._context(f"lead{number}", clicked=number % 2 == 0) for number in range(count)]

    def _context(self, lead: str, *, clicked: bool) -> JourneyContext:
        rows = (change.value for change in _rows(lead, clicked=clicked) if isinstance(change, Create))
        profile, state, contact, *activities = rows
        return JourneyContext(
            profile=profile,
            journey=JOURNEY,
            live=JOURNEY,
            emails=self._plan.emails,
            brand=self._plan.brand,
            calendar=self._plan.calendar,
            state=state,
            contact=contact,
            activities=activities,
            scoring=self._plan.scoring,
        )


def decide(contexts: list[JourneyContext]) -> None:
    """Move one enrollment in each context from start to end, by the engine alone."""
    for number, context in enumerate(contexts):
        stands = advance(_enrollment(context.profile.id, number), context, _START).enrollment
        gone = advance(stands, context, AFTER_THE_WAIT)
        assert gone.enrollment.state is EnrollmentState.FINISHED, gone


def _enrollment(lead: str, number: int) -> Enrollment:
    return Enrollment(lead=lead, journey=JOURNEY.name, key=f"k{number}", entered=_START, bundle="bench")


def _rows(lead: str, *, clicked: bool) -> list[Change]:
    long_ago = _START - timedelta(days=30)
    profile = Profile(
        id=lead, email=f"{lead}@example.co.jp", created=long_ago, last_name="山田", company="株式会社サンプル"
    )
    agreed = {"marketing": Permission(granted=True, at=long_ago, record="r")}
    rows: list[Change] = [
        Create(keys.profile(lead), profile),
        Create(keys.state(lead), State(lead=lead, rank=Rank.WARM)),
        Create(keys.contact(lead), Contact(lead=lead, consent=agreed)),
    ]
    if clicked:
        at = _START + timedelta(days=1)
        click = Activity(id=f"c{lead}", lead=lead, kind=Kind.LINK_CLICKED, at=at, received=at, subject=_MAIL)
        rows.append(Create(keys.activity(lead, at, click.id), click))
    return rows
