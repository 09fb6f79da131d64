"""What an update step makes of a profile."""

import pytest

from ripen.journey.effects import Update
from ripen.journey.update import updated
from tests.support.builders import a_lead

STAGES = ("lead", "mql", "sql", "customer")


def test_known_fields_are_the_leads_own_and_others_are_attributes() -> None:
    lead = updated(a_lead(), Update(id="u", fields={"company": "新会社", "seats": "12"}), STAGES)
    assert (lead.company, lead.attributes) == ("新会社", {"seats": "12"})


@pytest.mark.parametrize("name", ["id", "email", "created", "attributes", "crm", "tags", "stage"])
def test_who_the_lead_is_cannot_be_changed(name: str) -> None:
    lead = a_lead()
    assert updated(lead, Update(id="u", fields={name: "x"}), STAGES) == lead


def test_an_empty_value_clears_a_field() -> None:
    assert updated(a_lead(), Update(id="u", fields={"job_title": ""}), STAGES).job_title == ""


def test_a_value_with_control_characters_is_left_out_and_a_long_one_cut() -> None:
    lead = updated(a_lead(), Update(id="u", fields={"company": "a\x00b", "note": "x" * 5000}), STAGES)
    assert lead.company == "株式会社サンプル"
    assert len(lead.attributes["note"]) == 1000


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("", "mql", "mql"),
        ("lead", "sql", "sql"),
        ("sql", "mql", "sql"),
        ("mql", "mql", "mql"),
        ("mql", "", "mql"),
        ("mql", "no such stage", "mql"),
        ("of an older playbook", "lead", "lead"),
    ],
)
def test_a_stage_never_goes_back(before: str, wanted: str, after: str) -> None:
    assert updated(a_lead(stage=before), Update(id="u", stage=wanted), STAGES).stage == after


def test_tags_come_and_go_and_stand_there_once() -> None:
    lead = updated(a_lead(tags=("a", "b")), Update(id="u", add_tags=("b", "c", "c"), remove_tags=("a",)), STAGES)
    assert lead.tags == ("b", "c")
