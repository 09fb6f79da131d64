"""What sales did with the record: a conversion, a new status, a new owner. What Ripen wrote is none of these."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.lead.activity import Kind
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink
from tests.support.builders import a_lead
from tests.support.fakes import NOON

LEAD = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")
KNOWN = replace(LEAD, status="Open", owner="0051", owner_name="Alice")
CONTACT = CrmLink(object="Contact", id="0031", url="https://acme.example/0031")


def test_lead_that_became_a_contact_is_converted() -> None:
    profile, [converted] = with_crm_link(a_lead(id="lead1", crm=LEAD), CONTACT, NOON)

    assert (profile.crm, profile.converted) == (CONTACT, NOON)
    assert (converted.kind, converted.lead, converted.at) == (Kind.CONVERTED, "lead1", NOON)


def test_other_changes_of_the_record_are_no_conversion() -> None:
    for before, now in ((CONTACT, CONTACT), (None, CONTACT), (None, LEAD), (LEAD, LEAD), (CONTACT, LEAD)):
        profile, done = with_crm_link(a_lead(crm=before), now, NOON)
        assert (profile.crm, profile.converted, done) == (now, None, ())


def test_new_owner_keeps_the_time_of_conversion() -> None:
    profile, _ = with_crm_link(a_lead(crm=LEAD), CONTACT, NOON)
    assert with_crm_link(profile, CONTACT, NOON + timedelta(days=1))[0].converted == NOON


@pytest.mark.parametrize(
    ("now", "done"),
    [
        (replace(KNOWN, status="Working"), [(Kind.STATUS_CHANGED, {"status": "Working"})]),
        (replace(KNOWN, owner="0052"), [(Kind.OWNER_CHANGED, {"owner": "0052"})]),
        (replace(KNOWN, owner_name="Alice Sato"), []),
        (replace(KNOWN, id="00Q2", status="Working", owner="0052"), []),
        (replace(KNOWN, status="", owner=""), []),
    ],
)
def test_status_and_owner_that_sales_changed_are_activities(
    now: CrmLink, done: list[tuple[Kind, dict[str, str]]]
) -> None:
    lead = a_lead(id="lead1", crm=KNOWN)
    assert [(each.kind, each.facts) for each in with_crm_link(lead, now, NOON)[1]] == done
    assert with_crm_link(lead, now, NOON, by_us=True)[1] == ()


def test_the_first_reading_of_a_status_is_no_change() -> None:
    profile, done = with_crm_link(a_lead(crm=LEAD), KNOWN, NOON)
    assert (profile.crm, done) == (KNOWN, ())


def test_a_reading_without_the_status_keeps_it() -> None:
    profile, _ = with_crm_link(a_lead(crm=KNOWN), replace(KNOWN, status="", owner="0052"), NOON)
    assert profile.crm == replace(KNOWN, owner="0052")


def test_an_opt_out_and_its_end_are_activities_whoever_changed_the_record_last() -> None:
    lead, kinds = a_lead(crm=KNOWN), []
    for opted_out in (False, True, True, None, False):
        lead, done = with_crm_link(lead, KNOWN, NOON, by_us=True, opted_out=opted_out)
        kinds += [each.kind for each in done]
    assert (kinds, lead.crm_opt_out) == ([Kind.OPTED_OUT_BY_SALES, Kind.OPTED_IN_BY_SALES], False)


def test_a_record_is_deleted_and_restored_whoever_changed_it_last() -> None:
    lead, kinds = a_lead(crm=KNOWN), []
    for deleted in (True, True, False):
        lead, done = with_crm_link(lead, replace(KNOWN, deleted=deleted), NOON, by_us=True)
        kinds += [each.kind for each in done]
    assert kinds == [Kind.RECORD_DELETED, Kind.RECORD_RESTORED]


def test_a_record_that_was_merged_into_another_is_an_activity() -> None:
    [merged] = with_crm_link(a_lead(crm=KNOWN), replace(LEAD, id="00Q2"), NOON, by_us=True, merged=True)[1]
    assert (merged.kind, merged.facts) == (Kind.RECORD_MERGED, {"record": "00Q2"})
