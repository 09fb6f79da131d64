"""The caps on transactional mail at its claim: of an address, of an inbox, and of a mail in an hour."""

from functools import partial

import pytest

from nurture.deliver import deliver
from ripen.adapters.table import Add, Create, Table, keys
from ripen.ids import digest
from ripen.lead.address import address_hash
from ripen.mail.ledger import SendState
from ripen.pointers import Pointer
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import ADDRESS_KEY, FakeSes, a_send, an_outside, known, planned, row


def test_an_inbox_gets_five_requested_mails_a_day_under_all_its_addresses(table: Table, clock: FakeClock) -> None:
    ses = FakeSes()
    for number in range(7):
        lead = f"lead{number}"
        known(table, a_lead(id=lead, email=f"ha.nako+{number}@example.co.jp"))
        deliver(planned(table, a_send(id=digest("asked", number), lead=lead)), an_outside(table, clock, ses))
    assert len(ses.taken) == 5
    key = keys.send("lead6", digest("asked", 6))
    assert (row(table, key).value.state, row(table, key).value.reason) == (SendState.SKIPPED, "requested too often")


@pytest.mark.parametrize("plain_first", [True, False])
def test_an_inbox_gets_five_requested_mails_a_day_with_and_without_tags(
    table: Table, clock: FakeClock, plain_first: bool
) -> None:
    # given one inbox, at its address without tag and dots, and under a tag
    ses, outside = FakeSes(), partial(an_outside, table, clock)
    plain = a_lead(id="plain", email="hanako@example.co.jp")
    tagged = a_lead(id="tagged", email="ha.nako+1@example.co.jp")
    for lead in (plain, tagged):
        known(table, lead)
    table.write(Create(keys.address(address_hash(ADDRESS_KEY, plain.email)), Pointer(lead="plain")))

    # when both request four mails
    for lead in (plain, tagged) if plain_first else (tagged, plain):
        for number in range(4):
            deliver(planned(table, a_send(id=digest(lead.id, number), lead=lead.id)), outside(ses))

    # then the inbox gets five in all
    assert len(ses.taken) == 5


def test_an_address_gets_five_requested_mails_a_day(table: Table, clock: FakeClock) -> None:
    known(table)
    ses = FakeSes()
    for number in range(7):
        deliver(planned(table, a_send(id=digest("asked", number))), an_outside(table, clock, ses))
    assert len(ses.taken) == 5


def test_requested_mails_wait_once_their_hour_is_full(table: Table, clock: FakeClock) -> None:
    known(table)
    table.write(Add(keys.requested_mails(NOON), {"whitepaper-delivery": 1000}, expires=NOON))
    key = planned(table, a_send())
    ses = FakeSes()
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.state, row(table, key).value.reason) == (SendState.PLANNED, "over the hourly limit")
    clock.move(hours=2)
    deliver(key, an_outside(table, clock, ses))
    assert len(ses.taken) == 1
