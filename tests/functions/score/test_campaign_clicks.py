"""A campaign counts the leads that clicked: each lead once, people only, and corrected after a revised verdict."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.rows import campaign_counts
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.operations.publication.refold import refold_lead
from ripen.tracking.click_verdict import VERDICT_DELAY
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react

BUNDLE = a_bundle()
MINUTE = timedelta(minutes=1)


class World:
    def __init__(self, table: Table, clock: FakeClock) -> None:
        self.table, self.clock = table, clock
        self.queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())

    def sent(self, lead: str, id: str, campaign: str = "spring") -> None:
        send = Send(
            id=id,
            lead=lead,
            email="news",
            mail_class=MailClass.MARKETING,
            origin=campaign,
            step="send",
            planned=NOON,
            campaign=bool(campaign),
            state=SendState.ACCEPTED,
        )
        self.table.write(Create(keys.send(lead, id), send))

    def lead(self, lead: str) -> None:
        self.table.write(Create(keys.profile(lead), a_lead(id=lead, job_title="", email=f"{lead}@example.co.jp")))

    def clicks(self, lead: str, send: str, *agents: str, campaign: str = "spring", link: str = "0") -> None:
        """Let the lead click once with each of these agents, ten minutes apart, and fold each click on its own."""
        for agent in agents:
            self.clock.at += 10 * MINUTE
            now = self.clock.now()
            facts = {"send": send, "link": link, "of": "9", "agent": agent}
            click = an_activity(
                id=f"{lead}{send}{now}",
                lead=lead,
                kind=Kind.LINK_CLICKED,
                subject="news",
                at=now,
                received=now,
                verdict=Verdict.UNJUDGED,
                facts=facts | ({"campaign": campaign} if campaign else {}),
            )
            key = keys.activity(lead, now, click.id)
            self.table.write(Create(key, click, due=now + VERDICT_DELAY))
            self.clock.at += 3 * MINUTE
            for _ in range(2):
                react([key.ref], self.table, BUNDLE, self.clock, self.queues)

    def count(self, campaign: str = "spring") -> int:
        return campaign_counts.campaign_totals(self.table, campaign).get("clicked", 0)

    def refold(self, lead: str, change: dict[str, str]) -> None:
        """Change the evidence about all clicks of the lead, and refold it."""
        for row in self.table.under(lead, "activity#"):
            activity: Activity = row.value
            facts = activity.facts | change
            self.table.write(Replace(row.key, replace(activity, facts=facts), row.version, due=row.due))
        refold_lead(lead, self.table, self.clock)
        react([keys.state(lead).ref], self.table, BUNDLE, self.clock, self.queues)


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    world = World(table, clock)
    for lead in ("lead1", "lead2"):
        world.lead(lead)
        world.sent(lead, f"send-{lead}")
    return world


def test_lead_is_counted_once_however_often_it_clicks(world: World) -> None:
    world.clicks("lead1", "send-lead1", "browser", "browser", "browser")
    assert world.count() == 1
    row = world.table.get(keys.send("lead1", "send-lead1"))
    assert row
    assert (row.value.clicked, row.version) == (NOON + 13 * MINUTE, 2)
    world.clicks("lead2", "send-lead2", "browser")
    assert world.count() == 2


def test_machine_is_not_counted_and_a_later_person_is(world: World) -> None:
    world.clicks("lead1", "send-lead1", "library")
    assert world.count() == 0
    world.clicks("lead1", "send-lead1", "browser")
    assert world.count() == 1


def test_later_machine_changes_no_count(world: World) -> None:
    world.clicks("lead1", "send-lead1", "browser", "library")
    assert world.count() == 1


def test_revised_verdict_corrects_the_count(world: World) -> None:
    world.clicks("lead1", "send-lead1", "browser", "browser")
    world.refold("lead1", {"agent": "library"})
    assert world.count() == 0
    world.refold("lead1", {"agent": "browser"})
    assert world.count() == 1


def test_refold_without_a_revised_verdict_changes_no_count(world: World) -> None:
    world.clicks("lead1", "send-lead1", "browser")
    world.refold("lead1", {})
    assert world.count() == 1


def test_verdicts_of_several_mails_are_corrected_at_once(world: World) -> None:
    for n in range(9):
        world.sent("lead1", f"s{n}", f"campaign{n}")
        world.clicks("lead1", f"s{n}", "browser", campaign=f"campaign{n}")
    assert [world.count(f"campaign{n}") for n in range(9)] == [1] * 9
    world.refold("lead1", {"agent": "library"})
    assert [world.count(f"campaign{n}") for n in range(9)] == [0] * 9


def test_click_changes_neither_state_nor_due_time_of_the_mail(world: World) -> None:
    due = NOON + timedelta(hours=1)
    world.sent("lead1", "unsure")
    row = world.table.get(keys.send("lead1", "unsure"))
    assert row
    unknown = replace(row.value, state=SendState.UNKNOWN)
    world.table.write(Replace(row.key, unknown, row.version, due=due, lane=Lane.BULK))
    world.clicks("lead1", "unsure", "browser")
    row = world.table.get(keys.send("lead1", "unsure"))
    assert row
    assert (row.value.state, row.due, row.lane) == (SendState.UNKNOWN, due, Lane.BULK)
    assert row.value.clicked == world.clock.now()


def test_click_in_a_journeys_mail_is_not_counted(world: World) -> None:
    world.sent("lead1", "step", campaign="")
    world.clicks("lead1", "step", "browser", campaign="")
    row = world.table.get(keys.send("lead1", "step"))
    assert row
    assert row.value.clicked is None


def test_click_in_an_erased_mail_is_folded(world: World) -> None:
    world.clicks("lead1", "gone", "browser")
    assert world.count() == 0
    assert all(row.value.folded for row in world.table.under("lead1", "activity#"))
