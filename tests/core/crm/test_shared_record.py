"""A record that stands for several leads is written by the oldest of them, and the others point at it."""

from copy import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, data

from ripen.crm.shared_record import displaced, other_leads, plan_all
from ripen.crm.upsert import CrmState, DesiredRecord, Record, Shared, Write, match, plan
from ripen.lead.lead import CrmLink, Profile
from tests.core.crm.test_upsert import a_contact, a_record, a_state, a_wish
from tests.support.builders import a_lead
from tests.support.fakes import NOON

KEPT, GONE = "00Q1", "00Q2"


def a_link(id: str) -> CrmLink:
    return CrmLink(object="Lead", id=id, url=f"https://acme.example/lightning/r/Lead/{id}/view")


def an_old_lead(**changes: Any) -> Profile:
    known: dict[str, Any] = {"id": "old", "email": "old@x.example", "created": NOON - timedelta(days=9)}
    return a_lead(**(known | changes))


def a_young_lead(**changes: Any) -> Profile:
    return a_lead(**({"id": "young", "email": "young@x.example", "created": NOON} | changes))


def wish(profile: Profile) -> DesiredRecord:
    return a_wish(profile, a_state(lead=profile.id))


def the_kept(key: str, **changes: Any) -> Record:
    return a_record(id=KEPT, email="old@x.example", key=key, merged_ids=frozenset({GONE}), **changes)


def test_younger_lead_points_at_the_record_and_does_not_write_it() -> None:
    old, young = an_old_lead(crm=a_link(KEPT)), a_young_lead(crm=a_link(GONE))
    found = CrmState(records=(the_kept("old", owner="0051", owner_name="Alice"),))

    [planned] = plan_all([wish(young)], found, {"old": old})

    assert isinstance(planned, Shared)
    assert planned.writer == "old"
    assert planned.link == replace(a_link(KEPT), owner="0051", owner_name="Alice")


def test_older_lead_takes_the_record_over() -> None:
    old, young = an_old_lead(crm=a_link(GONE)), a_young_lead(crm=a_link(KEPT))
    found = CrmState(records=(the_kept("young"),))

    [planned] = plan_all([wish(old)], found, {"young": young})

    assert isinstance(planned, Write)
    assert planned.fields["Ripen_Key__c"] == "old"
    assert displaced(planned) == "young"


def test_of_two_leads_in_one_call_only_the_older_writes() -> None:
    old, young = an_old_lead(crm=a_link(GONE)), a_young_lead(crm=a_link(KEPT))

    for wanted in ([old, young], [young, old]):
        plans = plan_all([wish(lead) for lead in wanted], CrmState(records=(the_kept(""),)), {})
        kinds = {lead.id: type(plan) for lead, plan in zip(wanted, plans, strict=True)}
        assert kinds == {"old": Write, "young": Shared}


def test_key_of_an_erased_lead_keeps_nobody_from_writing() -> None:
    [planned] = plan_all([wish(a_young_lead(crm=a_link(KEPT)))], CrmState(records=(the_kept("old"),)), {})

    assert isinstance(planned, Write)


def test_lead_with_a_record_of_its_own_does_not_keep_another_from_writing() -> None:
    elsewhere = an_old_lead(crm=a_link("00Q9"))

    [planned] = plan_all(
        [wish(a_young_lead(crm=a_link(KEPT)))], CrmState(records=(the_kept("old"),)), {"old": elsewhere}
    )

    assert isinstance(planned, Write)


def test_a_record_that_sales_makes_for_the_younger_lead_undoes_the_merge() -> None:
    old, young = an_old_lead(crm=a_link(KEPT)), a_young_lead(crm=a_link(KEPT))
    own = a_record(id="00Q7", email="young@x.example")
    found = CrmState(records=(the_kept("old"), own))

    [planned] = plan_all([wish(young)], found, {"old": old})

    assert isinstance(planned, Write)
    assert planned.record == own


def test_link_to_a_contact_opens_the_contact() -> None:
    old, young = an_old_lead(crm=CrmLink(object="Contact", id="0031", url="")), a_young_lead(crm=a_link(GONE))
    converted = a_record(id=GONE, key="young", converted_to="0031", is_converted=True)
    found = CrmState(records=(converted, a_contact(id="0031", key="old")))

    [planned] = plan_all([wish(young)], found, {"old": old})

    assert isinstance(planned, Shared)
    assert planned.link
    assert (planned.link.object, planned.link.url) == ("Contact", "https://acme.example/lightning/r/Contact/0031/view")


def test_lead_without_a_link_gets_none() -> None:
    found = CrmState(records=(a_record(id=KEPT, email="young@x.example", key="old"),))

    [planned] = plan_all([wish(a_young_lead())], found, {"old": an_old_lead(crm=a_link(KEPT))})

    assert isinstance(planned, Shared)
    assert planned.link is None


def test_other_leads_are_the_keys_of_records_that_no_wanted_lead_has() -> None:
    found = CrmState(records=(the_kept("old"), a_record(id="00Q5", key="young"), a_record(id="00Q6")))

    assert other_leads([wish(a_young_lead())], found) == ["old"]


@given(data())
def test_the_index_of_records_finds_what_a_search_of_all_finds(choose: DataObject) -> None:
    ids, emails = st.sampled_from(["1", "2", "3"]), st.sampled_from(["a@x.example", "B@x.example", ""])
    records = tuple(
        a_record(
            id=f"{n}",
            object=choose.draw(st.sampled_from(["Lead", "Contact"])),
            email=choose.draw(emails),
            key=choose.draw(st.sampled_from(["", "old", "young"])),
            converted_to=choose.draw(st.sampled_from(["", "1", "2"])),
            is_converted=choose.draw(st.booleans()),
            merged_ids=frozenset(choose.draw(st.lists(ids, max_size=1))),
        )
        for n in range(choose.draw(st.integers(0, 4)))
    )
    link = a_link(choose.draw(ids)) if choose.draw(st.booleans()) else None
    wanted = wish(a_young_lead(email="b@x.example", crm=link))

    [found] = plan_all([wanted], CrmState(records=records), {})

    assert found == plan(wanted, CrmState(records=records), match(wanted, records))
