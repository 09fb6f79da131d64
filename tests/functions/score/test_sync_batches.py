"""Calls that take too long: score.sync writes fewer leads at once."""

import pytest

from ripen.errors import TimedOut
from tests.support.crm_sync import Office

TIMED_OUT = TimedOut("no answer from Salesforce: ReadTimeout")


@pytest.fixture
def leads(office: Office) -> list[str]:
    leads = [f"lead{n:02}" for n in range(60)]
    for lead in leads:
        office.admit(id=lead, email=f"{lead}@example.co.jp")
    return leads


def test_half_the_leads_are_written_at_once_after_a_call_that_took_too_long(office: Office, leads: list[str]) -> None:
    office.crm.fails = [None, TIMED_OUT]

    office.sync(*leads)
    delayed = {office.mark(lead).value.error for lead in leads}
    office.clock.move(seconds=30)
    calls = office.crm.calls
    office.sync(*leads)

    assert delayed == {"no answer from Salesforce: ReadTimeout"}
    assert office.crm.calls - calls == 2 * 2
    assert len(office.crm.records) == 60


def test_a_query_that_takes_too_long_makes_no_smaller_batches(office: Office, leads: list[str]) -> None:
    office.crm.fails = [TIMED_OUT]
    office.sync(*leads)
    office.clock.move(seconds=30)
    calls = office.crm.calls

    office.sync(*leads)

    assert office.crm.calls - calls == 2


def test_leads_without_time_for_another_call_go_back_to_the_queue(office: Office, leads: list[str]) -> None:
    office.crm.fails = [None, TIMED_OUT]
    office.sync(*leads)
    office.clock.move(seconds=30)

    left = office.sync(*leads, may_call=lambda: False)

    assert left == {office.mark(lead).key.ref for lead in leads[30:]}
    assert len(office.crm.records) == 30
