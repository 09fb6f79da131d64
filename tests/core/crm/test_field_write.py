"""What a write changes of a record, and where the record keeps another value."""

import pytest

from ripen.crm.crm_fields import LONG, SHORT, own_fields
from ripen.crm.field_write import Conflict, changes, conflicts, is_same
from ripen.lead.lead import Touch
from tests.core.crm.test_upsert import SCORE, a_contact, a_record, a_state, a_wish, planned
from tests.support.builders import a_lead
from tests.support.fakes import NOON


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (52, "52.0"),
        (52, "52"),
        (-3, "-3.0"),
        (True, "True"),
        ("warm", "warm"),
        ("2026-11-21T03:00:00Z", "2026-11-21T03:00:00.000+0000"),
        ("2026-11-21T03:00:00Z", "2026-11-21T12:00:00.000+0900"),
    ],
)
def test_the_same_value_in_the_crms_form(ours: str | int, theirs: str) -> None:
    assert is_same(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (52, "53.0"),
        (52, ""),
        (52, "warm"),
        (True, "False"),
        (1, "True"),
        ("warm", "hot"),
        ("部長", ""),
        ("20261121", "2026-11-21"),
        ("2026-11-21T03:00:00Z", "2026-11-21T03:00:01.000+0000"),
        ("2026-11-21T03:00:00Z", "yesterday"),
    ],
)
def test_another_value(ours: str | int, theirs: str) -> None:
    assert not is_same(ours, theirs)


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
    written = own_fields(a_lead(first_touch=touch, lead_touch=touch), a_state(), SCORE, ["x"], "x", "ja")

    assert {"Ripen_Key__c", *SHORT, *LONG} == set(written)
