"""What grows with the table, at ten million leads.

Ten million due mails exist only in the answers (bench/million_mails.py), so what reads them is counted. What goes over
the leads themselves is counted on two small tables and reckoned for ten million. Reads only; no clock is measured.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest

from bench.metered_dynamodb import MeteredDynamoDB, Usage
from bench.million_mails import MillionMails
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.lead.address import address_hash
from ripen.lead.state import State
from ripen.operations.leads.find import find_lead
from ripen.operations.status import status
from ripen.pointers import Pointer
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.slack_workspace import KnownSecrets

TEN_MILLION = 10_000_000
PAGE = 100
"""Leads of one page of a walk."""
SIZES = (1_000, 4_000)
_READ_UNIT = 0.1425e-6
"""Dollars, in Tokyo. Source: AWS, "Amazon DynamoDB pricing", on-demand."""
REPORT = Path(".long/ten-million.txt")


@pytest.fixture(scope="module", autouse=True)
def _an_empty_report() -> None:
    REPORT.unlink(missing_ok=True)


def used_by(work: Callable[[], object], used: Usage) -> Usage:
    before = Usage()
    before.set(used)
    work()
    return used - before


@pytest.fixture
def report(record_testsuite_property: Callable[[str, object], None]) -> Callable[[str, Usage, str], None]:
    def says(what: str, usage: Usage, how: str) -> None:
        price = usage.read_units * _READ_UNIT
        line = f"{what}: {usage.requests:,.0f} requests, {usage.read_units:,.0f} read units, ${price:.4f} ({how})"
        print(f"  {line}", flush=True)
        REPORT.parent.mkdir(exist_ok=True)
        with REPORT.open("a") as file:
            file.write(line + "\n")

    return says


def test_with_ten_million_mails_due_the_tick_reads_as_much_as_with_few(
    report: Callable[[str, Usage, str], None],
) -> None:
    costs = []
    for mails in (1_000_000, TEN_MILLION):
        used, table = a_table_of_mails(mails)
        costs.append(used_by(lambda table=table: table.due(Lane.MAIL, 0, NOON, limit=PAGE), used))  # type: ignore[misc]
    report("one look of the tick at a shard", costs[1], "counted")
    assert costs[0] == costs[1]


def test_status_counts_ten_million_waiting_mails(report: Callable[[str, Usage, str], None]) -> None:
    used, table = a_table_of_mails(TEN_MILLION)
    cost = used_by(lambda: status(table, NOON), used)
    report("ripen status, ten million mails waiting", cost, "counted")
    assert cost.requests < 5_000
    assert cost.read_units * _READ_UNIT < 0.05


def test_a_page_of_a_walk_costs_the_same_in_any_table(report: Callable[[str, Usage, str], None]) -> None:
    pages, walks = [], []
    for size in SIZES:
        used, table = a_table_of_leads(size)
        pages.append(used_by(lambda table=table: list(table.leads(0, most=10)), used))  # type: ignore[misc]
        walks.append(used_by(lambda table=table: [list(table.leads(shard)) for shard in range(SHARDS)], used))  # type: ignore[misc]
    assert pages[0] == pages[1]
    per_lead = walks[1].read_units / SIZES[1]
    assert walks[0].read_units / SIZES[0] >= per_lead  # more leads fill the pages better
    pages_of_all = ceil(TEN_MILLION / PAGE)
    report("a walk over all leads", Usage(requests=pages_of_all, read_units=per_lead * TEN_MILLION), "reckoned")


def test_a_lead_is_found_by_its_address_in_any_table(report: Callable[[str, Usage, str], None]) -> None:
    secrets, costs = KnownSecrets(master="m"), []
    for size in SIZES:
        used, table = a_table_of_leads(size)
        hashed = address_hash(secrets.key("address"), "hanako@example.co.jp")
        table.write(Create(keys.address(hashed), Pointer(lead="lead1")))
        costs.append(used_by(lambda table=table: find_lead("hanako@example.co.jp", table, secrets), used))  # type: ignore[misc]
    report("finding a lead by its address", costs[0], "counted")
    assert costs[0] == costs[1]


def a_table_of_mails(mails: int) -> tuple[Usage, Table]:
    used = Usage()
    return used, Table("table", MillionMails(used, NOON - timedelta(minutes=1), mails))


def a_table_of_leads(size: int) -> tuple[Usage, Table]:
    used = Usage()
    table = Table("table", MeteredDynamoDB(used))
    for number in range(size):
        lead = a_lead(id=f"{number:032x}").id
        table.write(Create(keys.state(lead), State(lead=lead)))
    return used, table
