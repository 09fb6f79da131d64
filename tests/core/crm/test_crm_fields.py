"""The values that are written to the CRM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.crm.crm_fields import email_fits, mapped_fields, own_fields, standard_fields, truncate
from ripen.lead.lead import Touch
from ripen.playbook.bundle import CrmField
from ripen.scoring.score import Score
from tests.core.crm.test_upsert import SCORE, a_state
from tests.support.builders import a_lead
from tests.support.fakes import NOON


def test_no_value_is_null_or_blank() -> None:
    bare = a_lead(first_name="", job_title="", phone="", company=" ")

    fields = own_fields(bare, a_state(last_activity=None), SCORE, [], "", "ja") | standard_fields(bare, "Lead")

    assert fields == {
        "Ripen_Key__c": "lead1",
        "Ripen_Score__c": 52,
        "Ripen_Fit__c": 40,
        "Ripen_Engagement__c": 12,
        "Ripen_Rank__c": "warm",
        "LastName": "山田",
        "Email": "hanako@example.co.jp",
    }


def test_the_lead_touch_is_written() -> None:
    touch = Touch(at=NOON, url="https://www.example.jp/lp", utm_source="google", gclid="g1")

    fields = own_fields(a_lead(lead_touch=touch), a_state(), SCORE, [], "", "ja")

    assert fields["Ripen_UTM_Source__c"] == "google"
    assert fields["Ripen_GCLID__c"] == fields["Ripen_Click_Id__c"] == "g1"
    assert fields["Ripen_Click_Id_Kind__c"] == "gclid"
    assert fields["Ripen_Landing_Page__c"] == "https://www.example.jp/lp"
    assert "Ripen_UTM_Term__c" not in fields


def test_the_first_touch_is_written_with_its_origin_and_click_id() -> None:
    first = Touch(at=NOON, url="https://www.example.jp/a", utm_campaign="spring", yclid="y1")

    fields = own_fields(a_lead(first_touch=first), a_state(), SCORE, [], "", "ja")

    assert {name: value for name, value in fields.items() if "First" in name} == {
        "Ripen_First_Source__c": "Yahoo!広告 / spring",
        "Ripen_First_Landing_Page__c": "https://www.example.jp/a",
        "Ripen_First_Click_Id__c": "y1",
        "Ripen_First_Click_Id_Kind__c": "yclid",
    }


@pytest.mark.parametrize(("total", "shown"), [(69.5, 70), (69.49, 69), (-0.5, 0), (1e9, 99_999), (-1e9, -99_999)])
def test_points_are_rounded_as_the_rank_rounds_them(total: float, shown: int) -> None:
    fields = own_fields(a_lead(), a_state(), Score(fit=0, engagement=0, total=total), [], "", "ja")

    assert fields["Ripen_Score__c"] == shown


def test_answers_of_forms_are_written_as_far_as_the_field_reaches() -> None:
    assert own_fields(a_lead(), a_state(), SCORE, [], "予算: 100万円", "ja")["Ripen_Answers__c"] == "予算: 100万円"
    assert len(str(own_fields(a_lead(), a_state(), SCORE, [], "x" * 40_000, "ja")["Ripen_Answers__c"])) == 32_000


@given(st.text(max_size=300))
def test_a_text_is_cut_to_the_field_between_characters(text: str) -> None:
    cut = truncate("Phone", text)

    assert text.startswith(cut)
    assert len(cut.encode("utf-16-le")) <= 80
    assert cut == text or len(cut.encode("utf-16-le")) >= 78


def test_an_address_that_is_too_long_is_left_out() -> None:
    assert "Email" not in standard_fields(a_lead(email="a" * 70 + "@example.jp"), "Lead")
    assert "Email" in standard_fields(a_lead(email="a" * 69 + "@example.jp"), "Lead")


def test_a_phone_is_written_as_people_dial_it() -> None:
    assert standard_fields(a_lead(), "Lead")["Phone"] == "03-1234-5678"


@pytest.mark.parametrize(
    ("email", "fits"),
    [("a" * 69 + "@example.jp", True), ("a" * 70 + "@example.jp", False), ("𠮷" * 35 + "@example.jp", False)],
)
def test_the_length_of_an_address_is_counted_in_utf_16(email: str, fits: bool) -> None:
    assert email_fits(email) is fits
    assert ("Email" in standard_fields(a_lead(email=email), "Lead")) is fits


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (CrmField(source="job_title"), {"X__c": "部長"}),
        (CrmField(source="phone"), {"X__c": "03-1234-5678"}),
        (CrmField(source="budget"), {"X__c": "500万円"}),
        (CrmField(source="domain"), {"X__c": "example.co.jp"}),
        (CrmField(source="never_asked"), {}),
        (CrmField(value="Web"), {"X__c": "Web"}),
        (CrmField(value=True), {"X__c": True}),
        (CrmField(value=False), {"X__c": False}),
        (CrmField(value=0), {"X__c": 0}),
        (CrmField(value="x" * 300), {"X__c": "x" * 255}),
    ],
)
def test_a_field_gets_a_value_of_the_lead_or_a_constant(field: CrmField, written: dict[str, object]) -> None:
    lead = a_lead(job_title="部長", attributes={"budget": " 500万円 "})

    assert mapped_fields(lead, {"X__c": field}) == written


def test_grade_and_level_are_written_if_the_playbook_has_them() -> None:
    fields = own_fields(a_lead(), a_state(grade="A", level=3), SCORE, [], "", "ja")

    assert (fields["Ripen_Grade__c"], fields["Ripen_Level__c"]) == ("A", 3)
