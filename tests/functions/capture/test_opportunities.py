"""capture.poll, the other half: whom sales is dealing with is marked while it is, and exactly that."""

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


def test_the_first_look_marks_all_that_are_open_however_old_by_people_and_website(world: World) -> None:
    world.crm.deals = {"006a": ("001A", OLD, True), "006b": ("001B", OLD, False)}
    world.look()
    assert world.spared("acme.example", "acme.co.jp", "beta.example") == ["acme.example", "acme.co.jp"]
    assert world.crm.looks == [(None, None)]


def test_an_opportunity_opens_and_closes(world: World) -> None:
    world.look()
    world.change("006a")
    world.later()
    assert world.spared("acme.example") == ["acme.example"]
    world.change("006a", is_open=False)
    world.later()
    assert world.spared("acme.example", "acme.co.jp") == []


def test_one_that_is_deleted_is_open_no_more(world: World) -> None:
    world.change("006a")
    world.look()
    del world.crm.deals["006a"]
    world.crm.deals["006gone"] = ("001A", NOON + timedelta(minutes=1), False)  # as the recycle bin has it
    world.later()
    assert world.spared("acme.example", "acme.co.jp") == []


def test_while_another_one_is_open_the_company_is_spared(world: World) -> None:
    world.change("006a")
    world.change("006b")
    world.look()
    world.change("006a", is_open=False)
    world.later()
    assert world.spared("acme.example") == ["acme.example"]


def test_two_accounts_with_one_domain_hold_it_each_for_itself(world: World) -> None:
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


def test_a_person_with_a_free_mail_address_is_spared_alone(world: World) -> None:
    world.crm.companies["001B"] = replace(BETA, emails=("Ken@Gmail.com",))
    world.change("006b", "001B")
    world.look()
    assert world.spared("gmail.com", address_hash(ADDRESS_KEY, "ken@gmail.com")) == [
        address_hash(ADDRESS_KEY, "ken@gmail.com")
    ]


def test_one_without_an_account_is_nobody_s(world: World) -> None:
    world.change("006a", account="")
    world.look()
    assert world.crm.asked == []


def test_what_opened_and_closed_while_the_first_look_went_on_is_seen_by_the_next(world: World) -> None:
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


def test_the_next_look_is_in_five_minutes_from_where_this_one_began(world: World) -> None:
    world.look()
    assert (world.waits(), world.row().lane) == (EVERY, Lane.BULK)
    world.later()
    assert world.crm.looks[1] == (NOON, None)


def test_it_is_gone_on_with_at_once_where_time_is_out_even_within_one_second(world: World) -> None:
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
def test_a_failure_is_tried_again_later_and_what_was_marked_stays(
    world: World, trouble: Undeliverable, waits: list[int]
) -> None:
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


def test_in_shadow_mode_salesforce_is_not_asked_and_nothing_is_passed_over(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.look()
    assert (world.crm.looks, world.waits(), world.row().value) == ([], EVERY, OpportunityPoll())


def test_who_is_woken_though_no_policy_asks_any_more_asks_nothing(world: World) -> None:
    world.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), world.row().version))
    world.look()
    assert (world.crm.looks, world.waits()) == ([], None)


def test_a_playbook_made_live_meanwhile_stands(world: World) -> None:
    class Published(FakeCrm):
        def open(self, accounts: Sequence[str]) -> list[Company]:
            world.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), world.row().version))
            return super().open(accounts)

    world.crm = Published(world.crm.companies, {"006a": ("001A", OLD, True)})
    world.look()
    assert (world.waits(), world.row().value) == (None, OpportunityPoll())


def test_what_no_query_tells_of_is_seen_within_a_day(world: World) -> None:
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


def test_the_daily_look_goes_on_where_time_ran_out(world: World) -> None:
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


def test_more_than_fit_into_a_transaction_are_marked_and_taken_back(world: World) -> None:
    emails = tuple(f"p{n}@d{n}.example" for n in range(50))
    world.crm.companies["001A"] = replace(ACME, emails=emails)
    domains = [f"d{n}.example" for n in range(50)]
    world.change("006a")
    world.look()
    assert world.spared(*domains) == domains
    world.change("006a", is_open=False)
    world.later()
    assert world.spared(*domains) == []


def test_what_nobody_needs_any_more_goes_by_itself(world: World) -> None:
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
def test_who_marks_the_same_company_at_the_same_time_is_not_overwritten(world: World, times: int) -> None:
    rivalled = RivalledTable(world.table, times)
    world.change("006a")
    world.look(table=rivalled)
    row = world.table.get(keys.deal("acme.example"))
    assert row
    assert row.value.accounts == ("001A", *(f"001C{n}" for n in range(times)))
    assert len(rivalled.pauses) == times


def test_what_cannot_be_written_is_tried_again_by_the_next_wake_up(world: World) -> None:
    rivalled = RivalledTable(world.table, times=9)
    world.change("006a")
    with pytest.raises(Contended):
        world.look(table=rivalled)
    assert (world.row().value, world.waits()) == (OpportunityPoll(), timedelta())
    account = world.table.get(keys.account("001A"))
    assert account is None
