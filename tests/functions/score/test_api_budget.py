"""While the CRM's API calls run short, changed scores wait and leave the rest to urgent leads."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.table import Create, Replace, keys
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import FEW_CALLS_LEFT
from ripen.crm.upsert import Record
from ripen.lead.lead import CrmLink
from ripen.marks import CrmMark
from tests.support.builders import a_lead
from tests.support.crm_sync import Office, a_state
from tests.support.fakes import NOON

SHORT = ApiUsage(12_000, 15_000)
ENOUGH = ApiUsage(11_999, 15_000)
QUARTER = timedelta(minutes=15)


def known(office: Office, lead: str, *, urgent: bool, linked: bool = True) -> None:
    """Add a lead whose mark is due now."""
    link = CrmLink(object="Lead", id=f"00Q{lead}", url="") if linked else None
    email = f"{lead}@example.co.jp"
    office.table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=email, crm=link)),
        Create(keys.state(lead), a_state(lead)),
        Create(keys.crm_mark(lead), CrmMark(lead=lead, urgent=urgent, digest="old"), due=office.clock.now()),
    )
    if link:
        record = Record(object="Lead", id=link.id, key=lead, email=email)
        office.crm.records[record.id] = record


def spend(office: Office, usage: ApiUsage) -> None:
    """Set the usage that the latest answer reported just now."""
    office.crm.usage = usage
    office.budget.note(usage, office.clock.now())


def waits(office: Office, lead: str) -> timedelta | None:
    due = office.mark(lead).due
    return due - office.clock.now() if due else None


def test_changed_score_waits_without_a_call_or_a_decision(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT)
    office.sync("score")
    assert (office.crm.calls, waits(office, "score")) == (0, QUARTER)
    assert (office.mark("score").value.waits_for, office.decisions("score")) == (FEW_CALLS_LEFT, [])


@pytest.mark.parametrize(("urgent", "linked"), [(True, True), (True, False), (False, False)])
def test_urgent_or_new_lead_is_written_although_calls_are_short(office: Office, urgent: bool, linked: bool) -> None:
    known(office, "hot", urgent=urgent, linked=linked)
    known(office, "score", urgent=False)
    spend(office, SHORT)
    office.sync("hot", "score")
    assert (waits(office, "hot"), waits(office, "score")) == (None, QUARTER)
    assert office.mark("hot").value.written == NOON


def test_all_leads_are_written_while_calls_are_left(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, ENOUGH)
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.written) == (None, NOON)


def test_usage_in_the_first_answer_postpones_the_write(office: Office) -> None:
    known(office, "score", urgent=False)
    office.crm.usage = SHORT
    office.sync("score")
    assert (office.crm.calls, waits(office, "score")) == (1, QUARTER)


def test_postponed_lead_is_written_once_calls_are_left(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT)
    for _ in range(3):  # still short: one call reads the usage again after 15 minutes
        office.sync("score")
        office.clock.move(minutes=15)
    assert office.crm.calls == 2
    office.crm.usage = ENOUGH
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.waits_for) == (None, "")
    assert office.mark("score").value.written == office.clock.now()


def test_postponed_lead_that_becomes_urgent_is_written_at_once(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT)
    office.sync("score")
    row = office.mark("score")
    office.table.write(Replace(row.key, replace(row.value, urgent=True), row.version, due=office.clock.now()))
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.written) == (None, NOON)


def test_unknown_usage_postpones_nothing(office: Office) -> None:
    known(office, "score", urgent=False)
    office.sync("score")
    assert waits(office, "score") is None
