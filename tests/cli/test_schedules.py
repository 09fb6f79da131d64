"""Publishing puts each journey's schedule on the agenda."""

from copy import replace
from typing import Any

from ripen.adapters.table import Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.campaign.walk import Schedule
from ripen.crm.incoming.membership import MemberPoll, updated_poll
from ripen.crm.incoming.opportunity import OpportunityPoll
from ripen.crm.incoming.opt_out import OptOutPoll
from ripen.crm.incoming.polling import POLL_INTERVAL
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle, Policy
from ripen.playbook.trigger import OnActivity, OnSchedule
from tests.support.builders import a_bundle
from tests.support.campaign_machinery import after
from tests.support.fakes import NOON
from tests.support.memory_stack import Kept

KEY = keys.schedule("whitepaper")


def a_playbook(hash: str, *triggers: OnSchedule) -> Bundle:
    bundle = a_bundle(hash=hash)
    return replace(bundle, journeys={"whitepaper": replace(bundle.journeys["whitepaper"], enrol=triggers)})


def daily(at: str) -> OnSchedule:
    return OnSchedule(rrule="FREQ=DAILY", start=f"2026-11-20T{at}", segment="everyone")


def is_live(table: Table) -> str:
    row = table.get(keys.LIVE)
    return row.value.bundle if row else ""


def published(table: Table, bundle: Bundle, hours: int = 0, before: Bundle | None = None) -> Row[Schedule] | None:
    kept: Any = Kept((bundle, before or a_playbook(is_live(table))))
    publish(bundle, table, kept, "https://site.example", after(hours=hours))
    return table.get(KEY)


def test_next_occurrence_of_all_triggers_is_due_and_moves_with_the_playbook(table: Table) -> None:
    assert published(table, a_playbook("1")) is None
    row = published(table, a_playbook("2", daily("13:00"), daily("11:00")))
    assert row
    assert (row.due, row.value.since) == (after(hours=1), NOON)
    row = published(table, a_playbook("3", daily("15:00")))
    assert row
    assert row.due == after(hours=3)


def test_due_occurrence_is_not_lost_by_publishing(table: Table) -> None:
    published(table, a_playbook("1", daily("13:00")))
    row = published(table, a_playbook("2", daily("13:00")), hours=2)
    assert row
    assert (row.due, row.value.since) == (after(hours=1), NOON)


def test_leased_occurrence_is_not_lost_by_publishing(table: Table) -> None:
    # given a schedule whose return came a moment ago: the tick has leased the row, and its worker is on the way
    old = a_playbook("1", daily("13:00"))
    row = published(table, old)
    assert row
    table.write(Replace(KEY, row.value, row.version, due=after(hours=1, minutes=5)))
    # when another playbook is published, in which it is the same
    row = published(table, a_playbook("2", daily("13:00")), hours=1, before=old)
    # then the worker finds it as it was
    assert row
    assert (row.due, row.value.since) == (after(hours=1, minutes=5), NOON)
    # but another rule, or the same in another time zone, begins now
    elsewhere = a_playbook("3", daily("13:00"))
    elsewhere = replace(elsewhere, brand=replace(elsewhere.brand, time_zone="America/New_York"))
    for new, before in ((elsewhere, a_playbook("2", daily("13:00"))), (a_playbook("4", daily("15:00")), elsewhere)):
        row = published(table, new, hours=1, before=before)
        assert row
        assert row.value.since == after(hours=1)


def test_restored_schedule_is_on_the_agenda_again(table: Table) -> None:
    row = published(table, a_playbook("1", daily("13:00")))
    assert row
    table.write(Replace(KEY, row.value, row.version))
    row = published(table, a_playbook("2", daily("13:00")), hours=2)
    assert row
    assert (row.due, row.value.since) == (after(hours=25), after(hours=2))


def test_crm_campaigns_are_polled_while_a_journey_names_one(table: Table) -> None:
    def made_live(hash: str, *campaigns: str, hours: int) -> Row[MemberPoll] | None:
        asked = [OnActivity(kind="campaign_joined", subject=name) for name in campaigns]
        bundle = a_bundle(hash=hash)
        journeys = {"whitepaper": replace(bundle.journeys["whitepaper"], enrol=tuple(asked))}
        kept: Any = Kept((bundle, a_playbook(is_live(table))))
        publish(replace(bundle, journeys=journeys), table, kept, "https://site.example", after(hours=hours))
        return table.get(keys.MEMBERS)

    assert made_live("1", hours=0) is None
    row = made_live("2", "Expo", hours=1)
    assert row
    assert (row.due, row.lane, row.value) == (after(hours=1), Lane.BULK, updated_poll(None, ("Expo",), after(hours=1)))
    row = made_live("3", "Expo", "Fair", hours=2)
    assert row
    assert row.value.watched == {"Expo": after(hours=1), "Fair": after(hours=2)}
    row = made_live("4", hours=3)
    assert row
    assert (row.due, row.value.watched) == (None, {})


def test_opt_outs_are_polled_from_the_first_publication_on(table: Table) -> None:
    def made_live(hash: str, hours: int) -> Row[OptOutPoll] | None:
        bundle = a_bundle(hash=hash)
        kept: Any = Kept((bundle, a_playbook(is_live(table))))
        publish(bundle, table, kept, "https://site.example", after(hours=hours))
        return table.get(keys.opt_outs("Contact"))

    row = made_live("1", hours=1)
    assert row
    assert (row.due, row.value) == (after(hours=1) + POLL_INTERVAL, OptOutPoll(since=after(hours=1)))
    assert made_live("2", hours=2) == row


def test_opportunities_are_polled_always_and_marked_while_the_policy_skips_them(table: Table) -> None:
    def made_live(hash: str, *, asks: bool, hours: int) -> Row[OpportunityPoll]:
        bundle = a_bundle(hash=hash, policy=Policy(skips_open_opportunities=asks))
        kept: Any = Kept((bundle, a_playbook(is_live(table))))
        publish(bundle, table, kept, "https://site.example", after(hours=hours))
        row = table.get(keys.OPPORTUNITIES)
        assert row
        return row

    row = made_live("1", asks=False, hours=0)
    assert (row.due, row.lane, row.value) == (NOON, Lane.BULK, OpportunityPoll(marks=False, watched=NOON))
    # a policy that skips them begins anew, so that the companies of all open ones are marked
    row = made_live("2", asks=True, hours=1)
    assert (row.due, row.value) == (after(hours=1), OpportunityPoll(watched=NOON))
    # another playbook that asks as well leaves it alone
    table.write(Replace(row.key, OpportunityPoll(since=NOON), row.version, due=after(hours=2)))
    row = made_live("3", asks=True, hours=3)
    assert (row.due, row.value.since) == (after(hours=2), NOON)
    # and one that does not marks no more companies, and reads on
    row = made_live("4", asks=False, hours=4)
    assert (row.due, row.value) == (after(hours=2), OpportunityPoll(since=NOON, marks=False))
