"""When sales makes a Contact of the Lead, that is an activity; another owner or a first record is none."""

from datetime import timedelta

from ripen.lead.activity import Kind
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink
from tests.support.builders import a_lead
from tests.support.fakes import NOON

LEAD = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")
CONTACT = CrmLink(object="Contact", id="0031", url="https://acme.example/0031")


def test_a_lead_that_is_a_contact_now_was_converted() -> None:
    profile, converted = with_crm_link(a_lead(id="lead1", crm=LEAD), CONTACT, NOON)

    assert (profile.crm, profile.converted) == (CONTACT, NOON)
    assert converted
    assert (converted.kind, converted.lead, converted.at) == (Kind.CONVERTED, "lead1", NOON)


def test_whoever_was_a_contact_already_or_is_new_there_was_not() -> None:
    for before, now in ((CONTACT, CONTACT), (None, CONTACT), (None, LEAD), (LEAD, LEAD), (CONTACT, LEAD)):
        profile, converted = with_crm_link(a_lead(crm=before), now, NOON)
        assert (profile.crm, profile.converted, converted) == (now, None, None)


def test_another_owner_leaves_the_time_as_it_is() -> None:
    profile, _ = with_crm_link(a_lead(crm=LEAD), CONTACT, NOON)
    assert with_crm_link(profile, CONTACT, NOON + timedelta(days=1))[0].converted == NOON
