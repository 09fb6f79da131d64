"""One odd answer is joined, cleaned, cut or left out with a note; the rest of the lead stays."""

from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.capture.answers import KnownAnswers, Note, offered, read_answers
from ripen.decision import Outcome, Reason
from ripen.lead.text import OBJECT
from ripen.playbook.bundle import Form, FormField
from tests.support.builders import a_bundle

SIZE = FormField(
    name="size",
    label={},
    type="select",
    required=True,
    options=({"ja": "小規模", "en": "Small"}, {"ja": "大", "en": "大"}),
    values=("small", "大"),
)
FORM = replace(
    a_bundle().forms["whitepaper"],
    fields=(
        FormField(name="email", label={}, type="email", required=True),
        SIZE,
        FormField(name="birthday", label={}, type="date"),
        FormField(name="note", label={}, type="textarea", max_length=10),
    ),
    mapping={"mail": "email", "氏名": "full_name", "会社": "company", "御社名": "company"},
)
MAIL = ("email", "hanako@example.co.jp")


def read(*answers: tuple[str, str], form: Form = FORM) -> KnownAnswers:
    return read_answers(form, answers)


def noted(*answers: tuple[str, str]) -> tuple[dict[str, str], list[Note]]:
    found = read(MAIL, *answers)
    return dict(found.values), list(found.notes)


# several values


def test_checkbox_group_is_joined() -> None:
    values, notes = noted(("job_title", "IT"), ("job_title", "Sales"), ("job_title", "IT"), ("job_title", ""))
    assert values == {"job_title": "IT, Sales"}
    assert notes == [Note("job_title", Outcome.JOINED)]


def test_same_value_twice_is_one_value() -> None:
    assert noted(("company", "A"), ("company", " A")) == ({"company": "A"}, [])


def test_two_inputs_for_one_field_are_joined() -> None:
    assert noted(("会社", "A"), ("御社名", "B"))[0] == {"company": "A, B"}


def test_parts_of_a_name_are_joined_by_a_space() -> None:
    assert noted(("氏名", "山田"), ("氏名", "花子"))[0] == {"full_name": "山田 花子"}


def test_phone_has_one_value() -> None:
    values, notes = noted(("phone", "03-1234-5678"), ("phone", "090-0000-0000"))
    assert values == {"phone": "03-1234-5678"}
    assert notes == [Note("phone", Outcome.LEFT_OUT, "more than one value: 090-0000-0000")]


def test_first_campaign_parameter_counts() -> None:
    values, notes = noted(("utm_source", "news"), ("utm_source", "yahoo"))
    assert values == {"utm_source": "news"}
    assert notes == [Note("utm_source", Outcome.LEFT_OUT, "more than one value: yahoo")]


# odd characters


@pytest.mark.parametrize("typed", ["資料\x0b希望", "資料\u2028希望", "資料\x85希望", "資料\r\n希望", "資料\u2029希望"])
def test_line_breaks_of_word_are_line_breaks(typed: str) -> None:
    assert noted(("note", typed), ("company", typed)) == ({"note": "資料\n希望", "company": "資料 希望"}, [])


@pytest.mark.parametrize("typed", ["A\x03B", "AB\x00", "\x1bAB", "A\x7fB", "A\ud800B", f"AB{OBJECT}"])
def test_control_characters_are_removed_with_a_note(typed: str) -> None:
    assert noted(("company", typed)) == ({"company": "AB"}, [Note("company", Outcome.CLEANED)])


def test_object_is_left_out_with_a_note() -> None:
    assert noted(("company", OBJECT)) == ({}, [Note("company", Outcome.CLEANED)])


def test_direction_overrides_and_header_breaks_are_removed() -> None:
    assert noted(("company", "A\r\nBcc: x\u202egro"))[0] == {"company": "A Bcc: xgro"}


# long texts


def test_long_answer_is_cut_with_a_note() -> None:
    assert noted(("company", "あ" * 200)) == ({"company": "あ" * 200}, [])
    assert noted(("company", "あ" * 201)) == (
        {"company": "あ" * 200},
        [Note("company", Outcome.CUT, "too long: 201 → 200")],
    )
    assert noted(("note", "123456789 123"))[0] == {"note": "123456789"}


def test_long_campaign_parameter_is_cut_without_a_note() -> None:
    assert noted(("utm_term", "x" * 501)) == ({"utm_term": "x" * 500}, [])


# choices


@pytest.mark.parametrize("text", ["small", "小規模", "Small"])
def test_option_in_any_language_is_kept_as_its_value(text: str) -> None:
    assert noted(("size", text)) == ({"size": "small"}, [])


def test_bundle_of_older_code_keeps_the_words() -> None:
    assert offered(replace(SIZE, values=()), "Small") == "Small"


@pytest.mark.parametrize("typed", ["Smal", "SMALL", "Your account is locked: https://evil.example"])
def test_text_that_is_no_option_is_left_out(typed: str) -> None:
    assert noted(("size", typed)) == ({}, [Note("size", Outcome.LEFT_OUT, f"not one of the options: {typed}")])


def test_first_of_several_options_is_kept() -> None:
    values, notes = noted(("size", "XL"), ("size", "Small"), ("size", "小規模"), ("size", "大"))
    assert values == {"size": "small"}
    assert [note.reason for note in notes] == ["not one of the options: XL", "more than one value: 大"]


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30",
        "tomorrow",
        "2026-1-1",
        "20260101",
        "2026-W01-1",
        "２０２６-01-01",
        "0001-01-01",
        "0000-00-00",
        "1899-12-31",
    ],
)
def test_date_is_a_day_of_the_calendar_since_1900(typed: str) -> None:
    assert noted(("birthday", "1900-01-01"))[0] == {"birthday": "1900-01-01"}
    assert noted(("birthday", "1990-02-28"))[0] == {"birthday": "1990-02-28"}
    assert noted(("birthday", typed)) == ({}, [Note("birthday", Outcome.LEFT_OUT, f"not a date: {typed}")])


# addresses


@pytest.mark.parametrize(
    "typed", ["hanako@example.co.jp\x03", "\x0bhanako@example.co.jp\u2028", " Hanako@Example.co.jp"]
)
def test_odd_characters_around_an_address_are_ignored(typed: str) -> None:
    assert read(("email", typed)).email == "hanako@example.co.jp"


@pytest.mark.parametrize("typed", ["hana\x03ko@example.co.jp", "hanako@example.co.jp\r\nBcc: x@example.com", OBJECT])
def test_address_with_odd_characters_inside_is_none(typed: str) -> None:
    found = read(("email", typed))
    assert (found.email, bool(found.refused_email)) == ("", True)


def test_usable_address_is_taken_among_others() -> None:
    found = read(("email", "nobody"), ("email", ""), MAIL, ("mail", "HANAKO@example.co.jp"), ("consent", "on"))
    assert (found.email, found.refused_email, found.consent, found.notes) == (MAIL[1], "", True, ())


def test_two_addresses_give_no_consent() -> None:
    found = read(MAIL, ("mail", "taro@example.co.jp"), ("consent", "on"))
    assert (found.email, found.consent) == (MAIL[1], False)
    assert [(note.field, note.reason) for note in found.notes] == [
        ("consent", Reason.MORE_ADDRESSES),
        ("email", Reason.MORE_ADDRESSES),
    ]


# consent


@pytest.mark.parametrize("tick", ["on", "true", "YES", "1", "はい", "同意する", "お知らせを受け取る", "Send me news"])
def test_clear_yes_is_a_consent(tick: str) -> None:
    assert read(MAIL, ("consent", ""), ("consent", tick), ("consent", tick)).consent


@pytest.mark.parametrize("tick", ["", " ", "off", "false", "0", "no", "いいえ", "null"])
def test_clear_no_is_no_consent_and_no_note(tick: str) -> None:
    found = read(MAIL, ("consent", tick))
    assert (found.consent, found.notes) == (False, ())


@pytest.mark.parametrize("ticks", [("0", "1"), ("1", "0"), ("maybe",), ("on\x00",), ("on", OBJECT)])
def test_doubtful_consent_is_none_and_noted(ticks: tuple[str, ...]) -> None:
    found = read(MAIL, *(("consent", tick) for tick in ticks))
    assert not found.consent
    assert [(note.field, note.outcome) for note in found.notes] == [("consent", Outcome.LEFT_OUT)]
    assert found.notes[0].reason.startswith("not a clear yes: ")


def test_form_without_wording_gets_no_consent() -> None:
    found = read(MAIL, ("consent", "on"), form=replace(FORM, consent=None))
    assert (found.consent, found.notes) == (False, ())


# anything

NAMES = st.sampled_from(
    ["email", "mail", "last_name", "氏名", "company", "phone", "consent", "utm_source", "size", "note"]
)


@given(st.lists(st.tuples(NAMES | st.text(max_size=8), st.text(max_size=60)), max_size=12))
def test_any_answers_leave_values_that_are_safe_to_keep(answers: list[tuple[str, str]]) -> None:
    found = read(*answers)
    for text in (*found.values.values(), found.email):
        assert text == text.strip()
        assert text.isprintable() or not any(ord(letter) < 32 and letter != "\n" for letter in text)
        assert len(text) <= 500
    assert "" not in found.values.values()
    assert len(found.notes) <= 3 * len({name for name, _ in answers}) + 2
