"""Slips that break no rule are warned of: typographic quotes, copied words, and a form that nothing listens to."""

import pytest

from tests.support.smallest_playbook import (
    ALERTING,
    FILES,
    MARKDOWN,
    B,
    C,
    CheckPlaybook,
    E,
    F,
    J,
    assert_reported,
    mail,
)

API = "enrol: {on: {api: [order]}}\nsteps: [{send: m}, {send: t}]\n"


def page(heading: str, form: str = "f", attribute: str = '"lead"') -> str:
    return f"---\ntitle: T\nform: {form}\n---\n<h1>{heading}</h1><p class={attribute}>Text</p>\n"


QUOTES = "these are typographic quotes"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (E, FILES[E].replace("Hello", "“Hello”"), f"2:1: {QUOTES}"),
        (F, FILES[F].replace("title: F", "title: ‘F’"), f"1:1: {QUOTES}"),
        ("pages/p.liquid", page("A", attribute="”lead”"), f"5:20: {QUOTES}"),
        (B, mail("<mj-text css-class=“x”>Hello</mj-text>"), f"2:20: {QUOTES}"),
        (C, FILES[C].replace("2026-12-01", "2026-11-21"), "3:1: 2026-11-21T10:00 is in the past: unless this campaign"),
        (J, API, ""),
    ],
)
def test_a_slip_is_warned_of_at_its_place(smallest: CheckPlaybook, file: str, text: str, message: str) -> None:
    if file == J:
        found = smallest({J: text})
        assert_reported(found, F, "(warning) 1:1: nothing happens after this form: give points")
    else:
        assert_reported(smallest({file: text}), file, f"(warning) {message}")


def test_quotes_in_a_link_of_markdown_are_warned_of(smallest: CheckPlaybook) -> None:
    found = smallest(MARKDOWN | {"emails/k/en.md": "Hello\n\n[Go](https://other.example/ ”button”)\n"})
    assert any(f"emails/k/en.md:3:29: {QUOTES}" in problem for problem in found), found


@pytest.mark.parametrize("text", ["Say “hello” to us", "the “best” of “all”s", "it’s"])
def test_quotes_within_a_text_are_no_slip(smallest: CheckPlaybook, text: str) -> None:
    assert smallest({E: FILES[E].replace("Hello", text)}) == []


def test_a_heading_copied_from_the_page_of_another_form_is_warned_of(smallest: CheckPlaybook) -> None:
    forms = {F: ALERTING, "forms/g.yaml": ALERTING}
    copied = smallest(forms | {"pages/a.liquid": page("Guide"), "pages/b.liquid": page("Guide", form="g")})
    assert_reported(copied, "pages/b.liquid", "(warning) 5:5: this is also the heading of pages/a.liquid")
    for other in (page("Webinar", form="g"), page("{{ form.title }}", form="g")):
        assert smallest(forms | {"pages/a.liquid": page("Guide"), "pages/b.liquid": other}) == []


@pytest.mark.parametrize(
    "use",
    [
        {F: ALERTING},
        {"segments/s.yaml": "when: {submitted: f}\n"},
        {"segments/s.yaml": "when: {all: [{not: {submitted: any}}]}\n"},
        {"scoring.yaml": FILES["scoring.yaml"] + "engagement: [{code: f, on: {form: f}, points: 1, words: F}]\n"},
    ],
)
def test_a_form_that_something_listens_to_is_fine(smallest: CheckPlaybook, use: dict[str, str]) -> None:
    assert smallest({J: API} | use) == []
