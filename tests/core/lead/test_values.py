"""The values that an activity set: with them, what was known of a lead at any moment is built again."""

from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.values import changed_values, unknown_lead, with_known_values
from tests.support.builders import a_lead

TEXT = st.sampled_from(["", "A社", "B社"])
LEADS = st.builds(
    lambda company, title, budget: a_lead(
        company=company, job_title=title, attributes={"budget": budget} if budget else {}
    ),
    TEXT,
    TEXT,
    TEXT,
)


def test_a_new_lead_has_every_value_from_its_first_activity() -> None:
    lead = a_lead(attributes={"budget": "100"}, country="JP")
    assert changed_values(None, lead) == {
        "last_name": "山田",
        "first_name": "花子",
        "company": "株式会社サンプル",
        "job_title": "部長",
        "phone": "+81312345678",
        "locale": "ja",
        "country": "JP",
        "budget": "100",
    }


def test_the_same_values_again_are_no_change() -> None:
    assert changed_values(a_lead(), a_lead()) == {}


def test_a_value_that_is_blank_now_is_a_change() -> None:
    assert changed_values(a_lead(department="営業"), a_lead()) == {"department": ""}


def test_a_long_text_is_left_out() -> None:
    lead = a_lead(attributes={"message": "長" * 201, "size": "9" * 200})
    assert changed_values(a_lead(), lead) == {"size": "9" * 200}


def test_without_activities_only_the_address_is_known() -> None:
    lead = unknown_lead(a_lead(attributes={"budget": "100"}, stage="customer", tags=("vip",)))
    assert changed_values(None, lead) == {}
    assert (lead.email, lead.stage, lead.tags) == ("hanako@example.co.jp", "", ())


@given(st.lists(LEADS, min_size=1, max_size=5))
def test_all_changes_one_after_the_other_give_the_last_profile(stages: list) -> None:  # type: ignore[type-arg]
    known = unknown_lead(stages[0])
    for before, after in zip([None, *stages], stages, strict=False):
        known = with_known_values(known, changed_values(before, after))
    assert changed_values(known, stages[-1]) == {}
