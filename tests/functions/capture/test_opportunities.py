"""capture.poll: companies with an open opportunity are marked, and no others."""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane
from ripen.crm.incoming.opportunity import (
    Company,
    OpenOpportunities,
    Opportunity,
    OpportunityPoll,
    mark_of,
)
from ripen.crm.incoming.polling import POLL_INTERVAL, Position
from ripen.errors import Contended, NotConnected, Undeliverable
from ripen.lead.address import address_hash
from ripen.settings import Shadow
from tests.support.crm_opportunities import ADDRESS_KEY, FakeCrm, PolledCrm
from tests.support.fakes import NOON, FakeClock

ACME = Company(account="001A", website="https://www.acme.example", emails=("hanako@acme.co.jp",))
BETA = Company(account="001B", emails=("ken@beta.example",))
OLD = NOON - timedelta(days=90)


@pytest.fixture
def polled(table: Table, clock: FakeClock) -> PolledCrm:
    table.write(Create(keys.OPPORTUNITIES, OpportunityPoll(), due=NOON, lane=Lane.BULK))
    return PolledCrm(table, clock, FakeCrm({each.account: each for each in (ACME, BETA)}))


def test_the_first_poll_marks_all_open_opportunities(polled: PolledCrm) -> None:
    polled.crm.deals = {"006a": ("001A", OLD, True), "006b": ("001B", OLD, False)}
    polled.poll()
    assert polled.spared("acme.example", "acme.co.jp", "beta.example") == ["acme.example", "acme.co.jp"]
    assert polled.crm.queries == [(None, None)]


def test_a_mark_follows_an_opportunity_that_opens_and_closes(polled: PolledCrm) -> None:
    polled.poll()
    polled.change("006a")
    polled.poll_later()
    assert polled.spared("acme.example") == ["acme.example"]
    polled.change("006a", is_open=False)
    polled.poll_later()
    assert polled.spared("acme.example", "acme.co.jp") == []


def test_a_deleted_opportunity_loses_its_mark(polled: PolledCrm) -> None:
    polled.change("006a")
    polled.poll()
    del polled.crm.deals["006a"]
    polled.crm.deals["006gone"] = ("001A", NOON + timedelta(minutes=1), False)  # as the recycle bin has it
    polled.poll_later()
    assert polled.spared("acme.example", "acme.co.jp") == []


def test_a_company_is_spared_while_another_opportunity_is_open(polled: PolledCrm) -> None:
    polled.change("006a")
    polled.change("006b")
    polled.poll()
    polled.change("006a", is_open=False)
    polled.poll_later()
    assert polled.spared("acme.example") == ["acme.example"]


def test_two_accounts_hold_the_mark_of_a_shared_domain(polled: PolledCrm) -> None:
    polled.crm.companies["001B"] = replace(BETA, emails=("ken@acme.example",))
    polled.change("006a", "001A")
    polled.change("006b", "001B")
    polled.poll()
    polled.change("006a", "001A", is_open=False)
    polled.poll_later()
    assert polled.spared("acme.example", "acme.co.jp") == ["acme.example"]
    polled.change("006b", "001B", is_open=False)
    polled.poll_later()
    assert polled.spared("acme.example") == []


def test_a_free_mail_address_is_marked_alone(polled: PolledCrm) -> None:
    polled.crm.companies["001B"] = replace(BETA, emails=("Ken@Gmail.com",))
    polled.change("006b", "001B")
    polled.poll()
    assert polled.spared("gmail.com", address_hash(ADDRESS_KEY, "ken@gmail.com")) == [
        address_hash(ADDRESS_KEY, "ken@gmail.com")
    ]


def test_an_opportunity_without_an_account_makes_no_mark(polled: PolledCrm) -> None:
    polled.change("006a", account="")
    polled.poll()
    assert polled.crm.looked_up == []


def test_changes_during_the_first_poll_are_read_by_the_next(polled: PolledCrm) -> None:
    class Meanwhile(FakeCrm):
        def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
            yield from super().changed(since, after)
            if since is None:
                self.deals["006a"] = ("001A", NOON + timedelta(seconds=1), False)
                self.deals["006b"] = ("001B", NOON + timedelta(seconds=2), True)
                polled.clock.move(minutes=1)

    polled.crm = Meanwhile(polled.crm.companies, {"006a": ("001A", OLD, True)})
    polled.poll()
    assert polled.spared("acme.example", "beta.example") == ["acme.example"]
    polled.poll_later()
    assert polled.spared("acme.example", "beta.example") == ["beta.example"]


def test_the_next_poll_reads_from_where_this_one_began(polled: PolledCrm) -> None:
    polled.poll()
    assert (polled.due_in(), polled.row().lane) == (POLL_INTERVAL, Lane.BULK)
    polled.poll_later()
    assert polled.crm.queries[1] == (NOON, None)


def test_a_poll_without_time_continues_at_once_even_within_one_second(polled: PolledCrm) -> None:
    # given more opportunities that changed at one moment than there is time for
    polled.crm.companies = {f"001{n}": Company(account=f"001{n}", website=f"c{n}.example") for n in range(5)}
    polled.crm.deals = {f"006{n}": (f"001{n}", OLD, True) for n in range(5)}
    # when two pages' worth of time is given at once
    for marked in (2, 4, 5):
        polled.poll(steps=0)
        assert len(polled.spared(*(f"c{n}.example" for n in range(5)))) == marked
        assert polled.due_in() == timedelta()
        polled.clock.move(minutes=1)
    # then each was asked about once, and what changes later counts from the beginning
    assert polled.crm.looked_up == [("0010", "0011"), ("0012", "0013"), ("0014",)]
    polled.poll()
    assert polled.row().value.since == NOON


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (Undeliverable("no answer", permanent=False), [5, 10, 20, 40, 60, 60]),
        (Undeliverable("REQUEST_LIMIT_EXCEEDED", permanent=False, after=900), [15, 15]),
        (NotConnected("Salesforce is not connected"), [60, 60]),
    ],
)
def test_a_failed_poll_is_retried_and_keeps_its_marks(
    polled: PolledCrm, failure: Undeliverable, waits: list[int]
) -> None:
    polled.crm.page, polled.crm.failure = 1, failure
    polled.crm.deals = {f"006{n}": ("001A", OLD + timedelta(days=n), True) for n in range(9)}
    polled.crm.deals["006z"] = ("001B", NOON, True)
    for minutes in waits:
        polled.poll()
        assert polled.due_in() == timedelta(minutes=minutes)
    assert polled.spared("acme.example", "beta.example") == ["acme.example"]
    assert (polled.row().value.since, polled.row().value.attempts) == (None, len(waits))
    places = [place.id for _, place in polled.crm.queries if place]
    assert places == [f"006{n}" for n in range(len(waits) - 1)]
    polled.crm.failure = None
    polled.poll()
    assert polled.spared("acme.example", "beta.example") == ["acme.example", "beta.example"]
    assert (polled.row().value.attempts, polled.due_in()) == (0, POLL_INTERVAL)


def test_shadow_mode_reads_nothing_and_skips_nothing(polled: PolledCrm) -> None:
    polled.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    polled.poll()
    assert (polled.crm.queries, polled.due_in(), polled.row().value) == ([], POLL_INTERVAL, OpportunityPoll())


def test_a_poll_off_the_agenda_reads_nothing(polled: PolledCrm) -> None:
    polled.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), polled.row().version))
    polled.poll()
    assert (polled.crm.queries, polled.due_in()) == ([], None)


def test_a_playbook_published_during_the_poll_wins(polled: PolledCrm) -> None:
    class Published(FakeCrm):
        def open(self, accounts: Sequence[str]) -> list[Company]:
            polled.table.write(Replace(keys.OPPORTUNITIES, OpportunityPoll(), polled.row().version))
            return super().open(accounts)

    polled.crm = Published(polled.crm.companies, {"006a": ("001A", OLD, True)})
    polled.poll()
    assert (polled.due_in(), polled.row().value) == (None, OpportunityPoll())


def test_more_marks_than_fit_a_transaction_are_added_and_removed(polled: PolledCrm) -> None:
    emails = tuple(f"p{n}@d{n}.example" for n in range(50))
    polled.crm.companies["001A"] = replace(ACME, emails=emails)
    domains = [f"d{n}.example" for n in range(50)]
    polled.change("006a")
    polled.poll()
    assert polled.spared(*domains) == domains
    polled.change("006a", is_open=False)
    polled.poll_later()
    assert polled.spared(*domains) == []


def test_a_row_without_content_expires(polled: PolledCrm) -> None:
    def expires(pk: str, sk: str) -> bool:
        found = polled.table._client.get_item(TableName="table", Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
        return "expires" in found

    rows = [("deal#acme.example", "-"), ("poll#opportunities", "account#001A")]
    polled.change("006a")
    polled.poll()
    assert [expires(*row) for row in rows] == [False, False]
    polled.change("006a", is_open=False)
    polled.poll_later()
    assert [expires(*row) for row in rows] == [True, True]
    polled.change("006a")
    polled.poll_later()
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
            value = mark_of(row.value if row else OpenOpportunities(), is_open=True)
            super().write(Replace(keys.deal("acme.example"), value, row.version if row else 0))
        super().write(*changes)


@pytest.mark.parametrize("times", [1, 4])
def test_a_concurrent_mark_is_not_overwritten(polled: PolledCrm, times: int) -> None:
    rivalled = RivalledTable(polled.table, times)
    polled.change("006a")
    polled.poll(table=rivalled)
    row = polled.table.get(keys.deal("acme.example"))
    assert row
    assert row.value.accounts_open == 1 + times
    assert len(rivalled.pauses) == times


def test_a_failed_write_is_retried_at_the_next_wake(polled: PolledCrm) -> None:
    rivalled = RivalledTable(polled.table, times=9)
    polled.change("006a")
    with pytest.raises(Contended):
        polled.poll(table=rivalled)
    assert (polled.row().value, polled.due_in()) == (OpportunityPoll(), timedelta())
    account = polled.table.get(keys.account("001A"))
    assert account is None
