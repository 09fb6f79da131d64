"""A Lead that became a Contact is a conversion; a new owner or a first record is not."""

from datetime import timedelta

from ripen.lead.activity import Kind
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink
from tests.support.builders import a_lead
from tests.support.fakes import NOON

LEAD = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")
CONTACT = CrmLink(object="Contact", id="0031", url="https://acme.example/0031")


def test_lead_that_became_a_contact_is_converted() -> None:
    profile, converted = with_crm_link(a_lead(id="lead1", crm=LEAD), CONTACT, NOON)

    assert (profile.crm, profile.converted) == (CONTACT, NOON)
    assert converted
    assert (converted.kind, converted.lead, converted.at) == (Kind.CONVERTED, "lead1", NOON)


def test_other_changes_of_the_record_are_no_conversion() -> None:
    for before, now in ((CONTACT, CONTACT), (None, CONTACT), (None, LEAD), (LEAD, LEAD), (CONTACT, LEAD)):
        profile, converted = with_crm_link(a_lead(crm=before), now, NOON)
        assert (profile.crm, profile.converted, converted) == (now, None, None)


def test_new_owner_keeps_the_time_of_conversion() -> None:
    profile, _ = with_crm_link(a_lead(crm=LEAD), CONTACT, NOON)
    assert with_crm_link(profile, CONTACT, NOON + timedelta(days=1))[0].converted == NOON
