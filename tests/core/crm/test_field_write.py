"""What a write changes of a record, and where the record keeps another value."""

from ripen.crm.crm_fields import LONG, SHORT, own_fields
from ripen.crm.field_write import Conflict, changes, conflicts
from ripen.lead.lead import Touch
from tests.core.crm.test_upsert import SCORE, a_contact, a_record, a_state, a_wish, planned
from tests.support.builders import a_lead
from tests.support.fakes import NOON


def test_a_write_changes_what_the_record_has_otherwise() -> None:
    write = planned(a_wish(), a_record(key="lead1", fields={"Ripen_Score__c": "52.0", "Ripen_Rank__c": "cold"}))

    changed = changes(write)

    assert "Ripen_Score__c" not in changed
    assert {"Ripen_Rank__c", "Title"} <= set(changed)


def test_a_new_record_gets_every_value() -> None:
    write = planned(a_wish())

    assert changes(write) == list(write.fields)


def test_a_conflict_is_a_value_that_differs_and_stays() -> None:
    wish = a_wish()
    record = a_record(fields={"Title": "課長", "Company": "株式会社サンプル", "FirstName": " "})

    assert list(conflicts(wish, planned(wish, record))) == [Conflict(field="Title", ours="部長", theirs="課長")]


def test_a_contact_has_no_conflict_about_fields_of_leads() -> None:
    wish = a_wish()

    assert list(conflicts(wish, planned(wish, a_contact(fields={"Company": "別の会社"})))) == []


def test_a_new_record_has_no_conflict() -> None:
    wish = a_wish()

    assert list(conflicts(wish, planned(wish))) == []


def test_each_field_of_ours_is_read_or_too_long_to_be_read() -> None:
    touch = Touch(at=NOON, **{name: "x" for name in Touch.__struct_fields__ if name != "at"})
    written = own_fields(
        a_lead(first_touch=touch, lead_touch=touch), a_state(grade="A", level=3), SCORE, ["x"], "x", "ja"
    )

    assert {"Ripen_Key__c", *SHORT, *LONG} == set(written)
