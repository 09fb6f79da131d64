"""An update step changes the profile."""

from typing import Any

import pytest

from ripen.journey.profile_update import updated_profile
from ripen.lead.lead import Profile
from ripen.playbook.graph import UpdateStep
from tests.support.builders import a_lead

STAGES = ("lead", "mql", "sql", "customer")


def updated(profile: Profile, **step: Any) -> Profile:
    return updated_profile(profile, UpdateStep(id="u", **step), step.get("fields", {}), STAGES)


def test_unknown_fields_become_attributes() -> None:
    lead = updated(a_lead(), fields={"company": "新会社", "seats": "12"})
    assert (lead.company, lead.attributes) == ("新会社", {"seats": "12"})


@pytest.mark.parametrize("name", ["id", "email", "created", "attributes", "crm", "tags", "stage"])
def test_protected_field_is_not_changed(name: str) -> None:
    lead = a_lead()
    assert updated(lead, fields={name: "x"}) == lead


def test_empty_value_clears_a_field() -> None:
    assert updated(a_lead(), fields={"job_title": ""}).job_title == ""


def test_value_with_control_characters_is_left_out_and_a_long_one_is_cut() -> None:
    lead = updated(a_lead(), fields={"company": "a\x00b", "note": "x" * 5000})
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
def test_stage_never_moves_back(before: str, wanted: str, after: str) -> None:
    assert updated(a_lead(stage=before), stage=wanted).stage == after


def test_tag_is_added_once_and_removed() -> None:
    lead = updated(a_lead(tags=("a", "b")), add_tags=("b", "c", "c"), remove_tags=("a",))
    assert lead.tags == ("b", "c")
