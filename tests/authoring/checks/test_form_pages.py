"""A page that was copied with the form of the first one is warned of; a form that no page shows is noted."""

import pytest

from tests.support.smallest_playbook import ALERTING, CheckPlaybook, F, assert_reported

G = "forms/g.yaml"
SOURCED = ALERTING + "sources: {typeform: {form_id: x, fields: {a: email}}}\n"


def page(form: str = "f") -> str:
    shown = f"form: {form}\n" if form else ""
    return f"---\ntitle: T\n{shown}---\n<p>Text</p>\n"


def test_a_page_with_the_name_of_a_form_shows_that_form(smallest: CheckPlaybook) -> None:
    forms = {F: ALERTING, G: ALERTING}
    copied = smallest(forms | {"pages/f.liquid": page("f"), "pages/g.liquid": page("f")})
    assert_reported(copied, "pages/g.liquid", "(warning) 3:1: this page has the name of the form 'g' but shows 'f'")
    assert len(copied) == 1
    assert smallest(forms | {"pages/f.liquid": page("f"), "pages/g.liquid": page("g")}) == []


def test_languages_of_a_page_show_the_same_form(smallest: CheckPlaybook) -> None:
    both = {F: ALERTING, G: ALERTING, "pages/b.liquid": page("g")}
    found = smallest(both | {"pages/a.en.liquid": page("f"), "pages/a.ja.liquid": page("g")})
    assert any("pages/a.ja.liquid:3:1: pages/a.en.liquid shows the form 'f'" in each for each in found), found


def test_a_form_without_a_page_is_noted_with_the_page_that_may_be_meant(smallest: CheckPlaybook) -> None:
    forms = {F: ALERTING, G: ALERTING, "pages/f.liquid": page("f")}
    assert_reported(smallest(forms), G, "(note) 1:1: no page of the playbook shows this form; if another site")
    copied = smallest(forms | {"pages/campaign.liquid": page("f")})
    assert_reported(copied, G, "(note) 1:1: no page of the playbook shows this form; if pages/campaign is for it")


@pytest.mark.parametrize(
    "changes",
    [
        {"pages/f.liquid": page("f"), "pages/second.liquid": page("f")},
        {G: ALERTING, "pages/a.liquid": page("")},
        {G: SOURCED, "pages/f.liquid": page("f")},
        {G: ALERTING, "pages/f.liquid": page("f"), "pages/a.liquid": page("g")},
    ],
    ids=["two pages for one form", "no page shows a form", "another tool sends it", "a page of another name"],
)
def test_forms_that_are_in_order(smallest: CheckPlaybook, changes: dict[str, str]) -> None:
    assert smallest({F: ALERTING} | changes) == []
