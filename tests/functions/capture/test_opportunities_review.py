"""capture.poll: the marked accounts are read again, once a day and when marks are keyed otherwise."""

from collections.abc import Iterator
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.adapters.table import Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.crm.incoming.opportunity import KEYED_BY, Account, Company, OpenOpportunities, OpportunityPoll
from tests.support.crm_opportunities import FakeCrm, PolledCrm
from tests.support.fakes import NOON, FakeClock

ACME = Company(account="001A", website="https://www.acme.example", emails=("hanako@acme.co.jp",))
BETA = Company(account="001B", emails=("ken@beta.example",))
OLD = NOON - timedelta(days=90)


@pytest.fixture
def polled(table: Table, clock: FakeClock) -> PolledCrm:
    table.write(Create(keys.OPPORTUNITIES, OpportunityPoll(), due=NOON, lane=Lane.BULK))
    return PolledCrm(table, clock, FakeCrm({each.account: each for each in (ACME, BETA)}))


def test_a_change_that_no_query_returns_is_found_within_a_day(polled: PolledCrm) -> None:
    # given an opportunity that was moved to another account, and a contact that is new
    polled.crm.deals = {"006a": ("001A", OLD, True), "006b": ("001B", OLD, True)}
    polled.poll()
    polled.crm.deals["006a"] = ("001B", OLD, True)
    polled.crm.companies["001B"] = replace(BETA, emails=(*BETA.emails, "eva@beta.co.jp"))
    # then what was marked before stands for less than a day
    everything = ("acme.example", "acme.co.jp", "beta.example", "beta.co.jp")
    polled.poll_later(hours=23)
    assert polled.spared(*everything) == ["acme.example", "acme.co.jp", "beta.example"]
    polled.poll_later(hours=1)
    assert polled.spared(*everything) == ["beta.example", "beta.co.jp"]
    # and what is not marked any more is not asked about any more
    polled.poll_later(hours=24)
    assert polled.crm.looked_up[-1] == ("001B",)


def test_the_daily_review_continues_where_time_ran_out(polled: PolledCrm) -> None:
    # given more marked accounts than one step takes
    ids = [f"001{n:03}" for n in range(105)]
    polled.crm.companies = {id: Company(account=id, website=f"{id}.example") for id in ids}
    polled.crm.deals = {f"006{id}": (id, OLD, True) for id in ids}
    rows = [Create(keys.account(id), Account(id=id, tokens=(f"{id}.example",))) for id in ids]
    polled.table.write(*rows[:100])
    polled.table.write(*rows[100:])
    done = OpportunityPoll(since=NOON, reviewed=NOON, keyed_by=KEYED_BY)
    polled.table.write(Replace(keys.OPPORTUNITIES, done, polled.row().version, due=NOON))
    # when a day has passed
    polled.clock.move(days=1)
    polled.poll(steps=0)
    polled.poll(steps=0)
    # then each is asked about once
    assert [len(some) for some in polled.crm.looked_up] == [100, 5]
    assert {id for some in polled.crm.looked_up for id in some} == set(ids)
    polled.poll()
    assert (polled.row().value.reviewed, polled.row().value.account) == (polled.clock.now(), "")
    assert len(polled.crm.looked_up) == 2


def test_a_review_reads_only_the_accounts_that_it_has_not_read(polled: PolledCrm) -> None:
    ids = [f"001{n:03}" for n in range(90)]
    polled.table.write(*(Create(keys.account(id), Account(id=id, tokens=(f"{id}.example",))) for id in ids))
    half = OpportunityPoll(since=NOON, account=ids[44], keyed_by=KEYED_BY)
    polled.table.write(Replace(keys.OPPORTUNITIES, half, polled.row().version, due=NOON))
    read: list[str] = []

    class Watched(Table):
        def _rows(self, *query: Any) -> Iterator[Row[Any]]:
            for row in super()._rows(*query):
                read.append(row.value.id)
                yield row

    polled.poll(table=Watched("table", polled.table._client))
    assert read == ids[44:]
    assert [id for some in polled.crm.looked_up for id in some] == ids[45:]


def test_marks_of_an_earlier_version_are_made_again_by_their_company(polled: PolledCrm) -> None:
    # given a mark of a subdomain, and one that two accounts share, as lists
    polled.crm.companies["001A"] = replace(ACME, website="", emails=("hanako@jp.acme.example",))
    polled.change("006a")
    tokens = ("beta.example", "jp.acme.example")
    polled.table.write(
        Create(keys.account("001A"), Account(id="001A", tokens=tokens)),
        Create(keys.account("001B"), Account(id="001B", tokens=("beta.example",))),
        Create(keys.deal("jp.acme.example"), OpenOpportunities(accounts=("001A",))),
        Create(keys.deal("beta.example"), OpenOpportunities(accounts=("001A", "001B"))),
    )
    polled.change("006b", "001B")
    old = OpportunityPoll(since=NOON, reviewed=NOON, account="001A")
    polled.table.write(Replace(keys.OPPORTUNITIES, old, polled.row().version, due=NOON))
    # when the next poll runs, within the day
    polled.poll()
    # then the marks are those of today's rule
    assert polled.spared("jp.acme.example", "acme.example", "beta.example") == ["acme.example", "beta.example"]
    assert polled.row().value.keyed_by == KEYED_BY
    # and the shared one is gone with its last account
    polled.change("006b", "001B", is_open=False)
    polled.poll_later()
    assert polled.spared("beta.example") == []
