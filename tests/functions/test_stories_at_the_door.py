"""Random stories end the same, whether forms and beacons are folded where they are written or by score.react."""

from copy import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from capture.beacons import Dependencies as BeaconDependencies
from capture.beacons import process, record_beacons
from capture.form import Dependencies as FormDependencies
from capture.form import serve
from ripen.adapters.playbook import Live
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.ids import digest
from ripen.lead.activity import Kind, Verdict
from ripen.lead.address import address_hash
from ripen.playbook.retention import Retention, activity_expires
from ripen.playbook.scoring import EngagementRule
from tests.support.builders import an_activity
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.folded_activities import react
from tests.support.gateway_events import KEY, SITE, a_json_post
from tests.support.quick_dynamodb import QuickDynamoDB
from tests.support.site_visits import BUNDLE, LINK_KEYS, a_beacon, a_view

PRICING = EngagementRule(code="pricing", kind="page_viewed", subject="pricing", points=15, words={})
CLICKED = EngagementRule(code="clicked", kind="link_clicked", subject="", points=20, words={})
SCORING = replace(BUNDLE.scoring, engagement=(*BUNDLE.scoring.engagement, PRICING, CLICKED))
KEEP = Retention(activities={Kind.PAGE_VIEWED: 730, Kind.LINK_CLICKED: 90})
PLAN = replace(BUNDLE, scoring=SCORING, keep=KEEP)
EMAILS = ("hanako@example.co.jp", "taro@example.co.jp")
BROWSERS = ("browser-one", "browser-two")


class Event(Struct, frozen=True):
    what: Literal["visit", "form", "click", "wait"]
    person: int
    browser: int
    minutes: int


EVENTS = st.builds(
    Event,
    what=st.sampled_from(("visit", "visit", "form", "form", "click", "wait")),
    person=st.integers(0, 1),
    browser=st.integers(0, 1),
    minutes=st.sampled_from((0, 0, 1, 3, 40)),
)


class Story:
    """The same people, with or without folds at the door; whatever is due is done after each event."""

    def __init__(self, *, at_the_door: bool) -> None:
        self.table, self.clock = Table("table", QuickDynamoDB(), lambda _: None), FakeClock()
        self.queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
        self._at_door = self.queues if at_the_door else None
        self._react, self._ids = FakeQueue(), count(1)
        self.folds_by_react = 0

    def live(self, events: list[Event]) -> None:
        for number, event in enumerate(events):
            self.clock.move(minutes=event.minutes, seconds=1)
            getattr(self, f"_{event.what}")(event, number)
            self._settle()
        self.clock.move(hours=2)
        self._settle()

    def leads(self) -> list[str]:
        found = [self.table.get(keys.address(address_hash(KEY, email))) for email in EMAILS]
        return [row.value.lead for row in found if row]

    def ending(self) -> list[Any]:
        return [self._of(lead) for lead in self.leads()]

    def _of(self, lead: str) -> dict[str, Any]:
        rows = list(self.table.under(lead, ""))
        activities = [row.value for row in rows if keys.kind(row.key.ref) == "activity"]
        return {
            "rows": [row.value for row in rows if row.key.sk in ("profile", "state", "contact", "due#crm")],
            "expiry": {row.key.sk: row.expires for row in rows},
            "activities": [(a.id, a.kind, a.verdict, a.folded, a.facts) for a in activities],
            "due": {row.key.sk: row.due for row in rows},
            "others": [row.key.sk for row in rows if keys.kind(row.key.ref) in ("alert", "enrollment")],
            "decisions": sorted((d.what, d.outcome, d.subject, d.at) for d in read_decisions(self.table, lead)),
        }

    def _form(self, event: Event, number: int) -> None:
        dependencies = FormDependencies(
            self.table, self._react, Live(PLAN, SITE), KEY, self.clock.now(), self._new_id, self._at_door
        )
        filled = {"email": EMAILS[event.person], "visitor": BROWSERS[event.browser], "nonce": f"n{number}"}
        assert serve(a_json_post(filled), dependencies)["statusCode"] == 202

    def _visit(self, event: Event, number: int) -> None:
        now = self.clock.now()
        beacon = a_beacon(a_view(number, now), visitor=BROWSERS[event.browser], received=now)
        record_beacons([beacon], self._beacons(now))

    def _click(self, event: Event, number: int) -> None:
        now = self.clock.now()
        for lead in self.leads()[: event.person + 1][-1:]:
            click = an_activity(
                id=f"click{number}", lead=lead, kind=Kind.LINK_CLICKED, verdict=Verdict.UNJUDGED, at=now, received=now
            )
            due = now + timedelta(minutes=2)
            self.table.write(Create(keys.activity(lead, now, click.id), click, due=due))

    def _wait(self, event: Event, number: int) -> None:
        self.clock.move(minutes=5)

    def _beacons(self, now: datetime) -> BeaconDependencies:
        return BeaconDependencies(self.table, self._react, PLAN, now, LINK_KEYS, self._at_door)

    def _new_id(self) -> str:
        return digest("story", next(self._ids))

    def _settle(self) -> None:
        """Do what was woken, and then what is due."""
        woken, self._react.woken = [str(ref) for ref in self._react.woken], []
        self._work(woken)
        for lead in self.leads():
            for lane in (Lane.HOT, Lane.BULK):
                self._work([str(due.ref) for due in self.table.due(lane, shard(lead), self.clock.now())])

    def _work(self, refs: list[str]) -> None:
        folds: dict[str, list[str]] = {}
        for ref in refs:
            if keys.kind(ref) == "join":
                process([ref], self._beacons(self.clock.now()))
            elif keys.kind(ref) in ("activity", "state"):
                folds.setdefault(keys.parse(ref).lead, []).append(ref)
        for some in folds.values():
            self.folds_by_react += 1
            react(some, self.table, PLAN, self.clock, self.queues)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EVENTS, min_size=1, max_size=12))
def test_story_ends_the_same_wherever_it_is_folded(events: list[Event]) -> None:
    at_the_door, by_react = Story(at_the_door=True), Story(at_the_door=False)
    at_the_door.live(events)
    by_react.live(events)
    assert at_the_door.ending() == by_react.ending()
    for row in [row for lead in by_react.leads() for row in by_react.table.under(lead, "activity#")]:
        assert row.expires == activity_expires(row.value, KEEP), row.value


@pytest.mark.parametrize(("at_the_door", "folds"), [(True, 0), (False, 2)])
def test_story_is_folded_where_it_says(at_the_door: bool, folds: int) -> None:
    story = Story(at_the_door=at_the_door)
    for number, event in enumerate([Event("form", 0, 0, 0), Event("visit", 0, 0, 1)]):
        getattr(story, f"_{event.what}")(event, number)
        story._settle()
    assert story.folds_by_react == folds
