"""capture.poll: companies with an open opportunity are marked, and no others."""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane
from ripen.crm.membership import EVERY
from ripen.crm.opportunity import Account, Company, Opportunity, OpportunityPoll, Position
from ripen.errors import Contended, NotConnected, Undeliverable
from ripen.lead.address import address_hash
from ripen.settings import Shadow
from tests.support.crm_opportunities import ADDRESS_KEY, FakeCrm, World
from tests.support.fakes import NOON, FakeClock

ACME = Company(account="001A", website="https://www.acme.example", emails=("hanako@acme.co.jp",))
BETA = Company(account="001B", emails=("ken@beta.example",))
OLD = NOON - timedelta(days=90)


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    table.write(Create(keys.OPPORTUNITIES, OpportunityPoll(), due=NOON, lane=Lane.BULK))
    return World(table, clock, FakeCrm({each.account: each for each in (ACME, BETA)}))


def test_the_first_poll_marks_all_open_opportunities(world: World) -> None:
    world.crm.deals = {"006a": ("001A", OLD, True), "006b": ("001B", OLD, False)}
    world.look()
    assert world.spared("acme.example", "acme.co.jp", "beta.example") == ["acme.example", "acme.co.jp"]
    assert world.crm.looks == [(None, None)]


def test_a_mark_follows_an_opportunity_that_opens_and_closes(world: World) -> None:
    world.look()
    world.change("006a")
    world.later()
    assert world.spared("acme.example") == ["acme.example"]
    world.change("006a", is_open=False)
    world.later()
    assert world.spared("acme.example", "acme.co.jp") == []


def test_a_deleted_opportunity_loses_its_mark(world: World) -> None:
    world.change("006a")
    world.look()
    del world.crm.deals["006a"]
    world.crm.deals["006gone"] = ("001A", NOON + timedelta(minutes=1), False)  # as the recycle bin has it
    world.later()
    assert world.spared("acme.example", "acme.co.jp") == []


def test_a_company_is_spared_while_another_opportunity_is_open(world: World) -> None:
    world.change("006a")
    world.change("006b")
    world.look()
    world.change("006a", is_open=False)
    world.later()
    assert world.spared("acme.example") == ["acme.example"]


def test_two_accounts_hold_the_mark_of_a_shared_domain(world: World) -> None:
    world.crm.companies["001B"] = replace(BETA, emails=("ken@acme.example",))
    world.change("006a", "001A")
    world.change("006b", "001B")
    world.look()
    world.change("006a", "001A", is_open=False)
    world.later()
    assert world.spared("acme.example", "acme.co.jp") == ["acme.example"]
    world.change("006b", "001B", is_open=False)
    world.later()
    assert world.spared("acme.example") == []


def test_a_free_mail_address_is_marked_alone(world: World) -> None:
    world.crm.companies["001B"] = replace(BETA, emails=("Ken@Gmail.com",))
    world.change("006b", "001B")
    world.look()
    assert world.spared("gmail.com", address_hash(ADDRESS_KEY, "ken@gmail.com")) == [
        address_hash(ADDRESS_KEY, "ken@gmail.com")
    ]


def test_an_opportunity_without_an_account_makes_no_mark(world: World) -> None:
    world.change("006a", account="")
    world.look()
    assert world.crm.asked == []


def test_changes_during_the_first_poll_are_read_by_the_next(world: World) -> None:
    class Meanwhile(FakeCrm):
        def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
            yield from super().changed(since, after)
            if since is None:
                self.deals["006a"] = ("001A", NOON + timedelta(seconds=1), False)
                self.deals["006b"] = ("001B", NOON + timedelta(seconds=2), True)
                world.clock.move(minutes=1)

    world.crm = Meanwhile(world.crm.companies, {"006a": ("001A", OLD, True)})
    world.look()
    assert world.spared("acme.example", "beta.example") == ["acme.example"]
    world.later()
    assert world.spared("acme.example", "beta.example") == ["beta.example"]


def test_the_next_poll_reads_from_where_this_one_began(world: World) -> None:
    world.look()
    assert (world.waits(), world.row().lane) == (EVERY, Lane.BULK)
    world.later()
    assert world.crm.looks[1] == (NOON, None)


def test_a_poll_without_time_continues_at_once_even_within_one_second(world: World) -> None:
    # given more opportunities that changed at one moment than there is time for
    world.crm.companies = {f"001{n}": Company(account=f"001{n}", website=f"c{n}.example") for n in range(5)}
    world.crm.deals = {f"006{n}": (f"001{n}", OLD, True) for n in range(5)}
    # when two pages' worth of time is given at once
    for marked in (2, 4, 5):
        world.look(steps=0)
        assert len(world.spared(*(f"c{n}.example" for n in range(5)))) == marked
        assert world.waits() == timedelta()
        world.clock.move(minutes=1)
    # then each was asked about once, and what changes later counts from the beginning
    assert world.crm.asked == [("0010", "0011"), ("0012", "0013"), ("0014",)]
    world.look()
    assert world.row().value.since == NOON


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [
        (Undeliverable("no answer", permanent=False), [5, 10, 20, 40, 60, 60]),
        (Undeliverable("REQUEST_LIMIT_EXCEEDED", permanent=False, after=900), [15, 15]),
        (NotConnected("Salesforce is not connected"), [60, 60]),
    ],
)
def test_a_failed_poll_is_retried_and_keeps_its_marks(world: World, trouble: Undeliverable, waits: list[int]) -> None:
    world.crm.page, world.crm.trouble = 1, trouble
    world.crm.deals = {f"006{n}": ("001A", OLD + timedelta(days=n), True) for n in range(9)}
    world.crm.deals["006z"] = ("001B", NOON, True)
    for minutes in waits:
        world.look()
        assert world.waits() == timedelta(minutes=minutes)
    assert world.spared("acme.example", "beta.example") == ["acme.example"]
    assert (world.row().value.since, world.row().value.attempts) == (None, len(waits))
    places = [place.id for _, place in world.crm.looks if place]
    assert places == [f"006{n}" for n in range(len(waits) - 1)]
    world.crm.trouble = None
    world.look()
    assert world.spared("acme.example", "beta.example") == ["acme.example", "beta.example"]
    assert (world.row().value.attempts, world.waits()) == (0, EVERY)


def test_shadow_mode_reads_nothing_and_skips_nothing(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.look()
    assert (world.crm.looks, world.waits(), world.row().value) == ([], EVERY, OpportunityPoll())


def test_a_poll_off_the_agenda_reads_nothing(world: World) -> None:
    world.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), world.row().version))
    world.look()
    assert (world.crm.looks, world.waits()) == ([], None)


def test_a_playbook_published_during_the_poll_wins(world: World) -> None:
    class Published(FakeCrm):
        def open(self, accounts: Sequence[str]) -> list[Company]:
            world.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), world.row().version))
            return super().open(accounts)

    world.crm = Published(world.crm.companies, {"006a": ("001A", OLD, True)})
    world.look()
    assert (world.waits(), world.row().value) == (None, OpportunityPoll())


def test_a_change_that_no_query_returns_is_found_within_a_day(world: World) -> None:
    # given an opportunity that was moved to another account, and a contact that is new
    world.crm.deals = {"006a": ("001A", OLD, True), "006b": ("001B", OLD, True)}
    world.look()
    world.crm.deals["006a"] = ("001B", OLD, True)
    world.crm.companies["001B"] = replace(BETA, emails=(*BETA.emails, "eva@beta.co.jp"))
    # then what was marked before stands for less than a day
    everything = ("acme.example", "acme.co.jp", "beta.example", "beta.co.jp")
    world.later(hours=23)
    assert world.spared(*everything) == ["acme.example", "acme.co.jp", "beta.example"]
    world.later(hours=1)
    assert world.spared(*everything) == ["beta.example", "beta.co.jp"]
    # and what is not marked any more is not asked about any more
    world.later(hours=24)
    assert world.crm.asked[-1] == ("001B",)


def test_the_daily_review_continues_where_time_ran_out(world: World) -> None:
    # given more marked accounts than one step takes
    ids = [f"001{n:03}" for n in range(105)]
    world.crm.companies = {id: Company(account=id, website=f"{id}.example") for id in ids}
    world.crm.deals = {f"006{id}": (id, OLD, True) for id in ids}
    rows = [Create(keys.account(id), Account(id=id, tokens=(f"{id}.example",))) for id in ids]
    world.table.write(*rows[:100])
    world.table.write(*rows[100:])
    done = OpportunityPoll(since=NOON, reviewed=NOON)
    world.table.write(Replace(keys.OPPORTUNITIES, done, world.row().version, due=NOON))
    # when a day has passed
    world.clock.move(days=1)
    world.look(steps=0)
    world.look(steps=0)
    # then each is asked about once
    assert [len(some) for some in world.crm.asked] == [100, 5]
    assert {id for some in world.crm.asked for id in some} == set(ids)
    world.look()
    assert (world.row().value.reviewed, world.row().value.account) == (world.clock.now(), "")
    assert len(world.crm.asked) == 2


def test_more_marks_than_fit_a_transaction_are_added_and_removed(world: World) -> None:
    emails = tuple(f"p{n}@d{n}.example" for n in range(50))
    world.crm.companies["001A"] = replace(ACME, emails=emails)
    domains = [f"d{n}.example" for n in range(50)]
    world.change("006a")
    world.look()
    assert world.spared(*domains) == domains
    world.change("006a", is_open=False)
    world.later()
    assert world.spared(*domains) == []


def test_a_row_without_content_expires(world: World) -> None:
    def expires(pk: str, sk: str) -> bool:
        found = world.table._client.get_item(TableName="table", Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
        return "expires" in found

    rows = [("deal#acme.example", "-"), ("poll#opportunities", "account#001A")]
    world.change("006a")
    world.look()
    assert [expires(*row) for row in rows] == [False, False]
    world.change("006a", is_open=False)
    world.later()
    assert [expires(*row) for row in rows] == [True, True]
    world.change("006a")
    world.later()
    assert [expires(*row) for row in rows] == [False, False]


class RivalledTable(Table):
    """Another account of the same company is marked in between, so many times."""

    def __init__(self, table: Table, times: int) -> None:
        self.pauses: list[float] = []
        super().__init__("table", table._client, self.pauses.append)
        self.times = times

    def write(self, *changes: Any) -> None:
        deals = [change for change in changes if change.key == keys.deal("acme.example")]
        if deals and self.times:
            self.times -= 1
            row = self.get(keys.deal("acme.example"))
            others = set(row.value.accounts if row else ()) | {f"001C{self.times}"}
            value = replace(deals[0].value, accounts=tuple(sorted(others)))
            super().write(Replace(keys.deal("acme.example"), value, row.version if row else 0))
        super().write(*changes)


@pytest.mark.parametrize("times", [1, 4])
def test_a_concurrent_mark_is_not_overwritten(world: World, times: int) -> None:
    rivalled = RivalledTable(world.table, times)
    world.change("006a")
    world.look(table=rivalled)
    row = world.table.get(keys.deal("acme.example"))
    assert row
    assert row.value.accounts == ("001A", *(f"001C{n}" for n in range(times)))
    assert len(rivalled.pauses) == times


def test_a_failed_write_is_retried_at_the_next_wake(world: World) -> None:
    rivalled = RivalledTable(world.table, times=9)
    world.change("006a")
    with pytest.raises(Contended):
        world.look(table=rivalled)
    assert (world.row().value, world.waits()) == (OpportunityPoll(), timedelta())
    account = world.table.get(keys.account("001A"))
    assert account is None
