"""Where the CRM's calls of the day run short, mere scores leave the rest to what cannot wait."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.table import Create, Replace, keys
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_mark import FEW_CALLS_LEFT
from ripen.crm.upsert import Record
from ripen.lead.lead import CrmLink
from ripen.marks import CrmMark
from tests.support.builders import a_lead
from tests.support.crm_sync import Office, a_state
from tests.support.fakes import NOON

SHORT_OF = ApiUsage(12_000, 15_000)
ENOUGH = ApiUsage(11_999, 15_000)
QUARTER = timedelta(minutes=15)


def known(office: Office, lead: str, *, urgent: bool, linked: bool = True) -> None:
    """A lead with something to be written, due now."""
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
    """The last answer said so, just now."""
    office.crm.usage = usage
    office.budget.note(usage, office.clock.now())


def waits(office: Office, lead: str) -> timedelta | None:
    due = office.mark(lead).due
    return due - office.clock.now() if due else None


def test_a_mere_score_waits_with_no_call_made_and_nothing_told(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT_OF)
    office.sync("score")
    assert (office.crm.calls, waits(office, "score")) == (0, QUARTER)
    assert (office.mark("score").value.waits_for, office.decisions("score")) == (FEW_CALLS_LEFT, [])


@pytest.mark.parametrize(("urgent", "linked"), [(True, True), (True, False), (False, False)])
def test_who_is_handed_over_or_not_there_yet_goes(office: Office, urgent: bool, linked: bool) -> None:
    known(office, "hot", urgent=urgent, linked=linked)
    known(office, "score", urgent=False)
    spend(office, SHORT_OF)
    office.sync("hot", "score")
    assert (waits(office, "hot"), waits(office, "score")) == (None, QUARTER)
    assert office.mark("hot").value.written == NOON


def test_below_the_share_all_go(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, ENOUGH)
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.written) == (None, NOON)


def test_what_the_first_answer_says_holds_for_the_writing_too(office: Office) -> None:
    known(office, "score", urgent=False)
    office.crm.usage = SHORT_OF
    office.sync("score")
    assert (office.crm.calls, waits(office, "score")) == (1, QUARTER)


def test_what_was_put_off_goes_once_there_are_calls_again(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT_OF)
    for _ in range(3):  # still short: one call in a quarter of an hour finds out
        office.sync("score")
        office.clock.move(minutes=15)
    assert office.crm.calls == 2
    office.crm.usage = ENOUGH
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.waits_for) == (None, "")
    assert office.mark("score").value.written == office.clock.now()


def test_what_becomes_urgent_meanwhile_goes_at_once(office: Office) -> None:
    known(office, "score", urgent=False)
    spend(office, SHORT_OF)
    office.sync("score")
    row = office.mark("score")
    office.table.write(Replace(row.key, replace(row.value, urgent=True), row.version, due=office.clock.now()))
    office.sync("score")
    assert (waits(office, "score"), office.mark("score").value.written) == (None, NOON)


def test_a_crm_that_says_nothing_of_its_calls_is_not_spared(office: Office) -> None:
    known(office, "score", urgent=False)
    office.sync("score")
    assert waits(office, "score") is None
