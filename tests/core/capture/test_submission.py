"""Reading a submission: the answers that the form knows, cleaned, or an error for each field that is wrong."""

from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.capture.field_errors import LIMIT, NOT_A_DATE, NOT_AN_OPTION, REQUIRED, TWICE, UNREADABLE, InvalidSubmission
from ripen.capture.submission import NAME_TO_REVIEW, Submission, hit_honeypot, read, requested_locale
from ripen.playbook.bundle import Form, FormField
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

FORM = replace(
    a_bundle().forms["whitepaper"], mapping={"mail": "email", "メール": "email", "氏名": "full_name", "会社": "company"}
)
MAIL = ("email", "hanako@example.co.jp")


def read_it(*answers: tuple[str, str], form: Form = FORM, complete: bool = False, referer: str = "") -> Submission:
    return read(form, answers, locale="ja", now=NOON, complete=complete, referer=referer)


def refused(*answers: tuple[str, str], form: Form = FORM, complete: bool = False) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as caught:
        read_it(*answers, form=form, complete=complete)
    assert caught.value.status == 400
    return {error.field: error.text for error in caught.value.errors}


def test_fields_are_kept_as_typed_and_blanks_are_left_out() -> None:
    submission = read_it(MAIL, ("last_name", " 髙﨑 "), ("company", "㈱サンプル"), ("department", "  "))
    assert submission.email == "hanako@example.co.jp"
    assert submission.fields == {"last_name": "髙﨑", "company": "㈱サンプル"}
    assert submission.attributes == {}


def test_a_phone_is_kept_in_e164() -> None:
    assert read_it(MAIL, ("phone", "０３－１２３４－５６７８")).fields["phone"] == "+81312345678"


def test_field_names_of_another_site_are_mapped() -> None:
    submission = read_it(("メール", "hanako@example.co.jp"), ("氏名", "山田　花子"), ("会社", "サンプル"))
    assert submission.email == "hanako@example.co.jp"
    assert submission.fields == {"last_name": "山田", "first_name": "花子", "company": "サンプル"}


def test_a_full_name_without_a_space_is_marked_for_review() -> None:
    submission = read_it(MAIL, ("full_name", "山田花子"))
    assert submission.fields == {"last_name": "山田花子"}
    assert submission.attributes == {NAME_TO_REVIEW: "山田花子"}


def test_a_separate_last_name_wins_over_a_full_name() -> None:
    assert read_it(MAIL, ("full_name", "山田花子"), ("last_name", "山田")).fields == {"last_name": "山田"}


def test_answers_that_the_form_does_not_know_are_ignored() -> None:
    submission = read_it(MAIL, ("is_admin", "1"), ("id", "x"), ("crm", "003"), ("bad", "\x00"))
    assert (submission.fields, submission.attributes) == ({}, {})


def test_a_field_that_only_this_form_has_becomes_an_attribute() -> None:
    form = replace(
        FORM,
        fields=(
            *FORM.fields,
            FormField(name="budget", label={}),
            FormField(name="note", type="textarea", label={}, max_length=10),
        ),
    )
    submission = read_it(MAIL, ("budget", "100万円"), ("note", "a\r\nb"), form=form)
    assert submission.attributes == {"budget": "100万円", "note": "a\nb"}
    assert refused(MAIL, ("note", "x" * 11), form=form) == {"note": LIMIT}


@pytest.mark.parametrize("name", ["email", "last_name", "company", "utm_source", "nonce", "consent"])
@pytest.mark.parametrize("wrong", ["a\x00b", "a\x1bb", "a\x7f", "a\x85b", "a\ud800b", "a\u2028b"])
def test_control_characters_are_refused(name: str, wrong: str) -> None:
    answers = [answer for answer in (MAIL, (name, wrong)) if answer[0] != name or answer[1] == wrong]
    assert refused(*answers) == {name: UNREADABLE}


def test_line_breaks_and_invisible_letters_are_removed() -> None:
    assert read_it(MAIL, ("company", "A\r\nBcc: x\u202egro")).fields["company"] == "A Bcc: xgro"


def test_an_answer_has_at_most_200_characters() -> None:
    assert read_it(MAIL, ("company", "あ" * 200)).fields["company"] == "あ" * 200
    with pytest.raises(InvalidSubmission) as caught:
        read_it(MAIL, ("company", "あ" * 201))
    assert (caught.value.field, caught.value.reason) == ("company", "too long: at most 200 characters")
    assert caught.value.errors[0].translated("ja") == "200文字以内で入力してください。"


def test_a_repeated_field_must_have_the_same_value() -> None:
    assert read_it(MAIL, MAIL).email == "hanako@example.co.jp"
    assert refused(MAIL, ("company", "A"), ("company", "B")) == {"company": TWICE}
    assert refused(MAIL, ("mail", "taro@example.co.jp")) == {"email": TWICE}


def test_a_script_needs_only_an_address_but_a_page_all_required_fields() -> None:
    form = replace(FORM, fields=(*FORM.fields[:1], FormField(name="last_name", label={}, required=True)))
    assert read_it(MAIL, form=form).fields == {}
    assert refused(MAIL, form=form, complete=True) == {"last_name": REQUIRED}
    assert read_it(MAIL, ("full_name", "山田"), form=form, complete=True).fields == {"last_name": "山田"}


def test_all_errors_are_listed_with_the_address_first() -> None:
    found = refused(("company", "x" * 201), ("email", "nobody"), ("phone", "\x00"))
    assert set(found) == {"company", "email", "phone"}
    assert next(iter(found)) == "email"
    assert refused() == {"email": REQUIRED}


@pytest.mark.parametrize("tick", ["on", "true", "YES", "1", "はい", "同意する", "お知らせを受け取る", "Send me news"])
def test_a_clear_yes_is_a_consent(tick: str) -> None:
    assert read_it(MAIL, ("consent", tick)).consent


@pytest.mark.parametrize("tick", ["", " ", "off", "false", "0", "no", "いいえ", "maybe", "null"])
def test_any_other_value_is_no_consent(tick: str) -> None:
    assert not read_it(MAIL, ("consent", tick)).consent
    assert not read_it(MAIL).consent


def test_a_form_without_wording_gets_no_consent() -> None:
    assert not read_it(MAIL, ("consent", "on"), form=replace(FORM, consent=None)).consent


def test_the_touch_comes_from_the_hidden_fields() -> None:
    touch = read_it(
        MAIL,
        ("utm_source", "news"),
        ("gclid", "g1"),
        ("page_url", "https://www.example.jp/p?utm_source=other&utm_medium=mail"),
        ("referrer", "https://search.example/"),
    ).touch
    assert (touch.at, touch.utm_source, touch.utm_medium, touch.gclid) == (NOON, "news", "mail", "g1")
    assert (touch.url, touch.referrer) == (
        "https://www.example.jp/p?utm_source=other&utm_medium=mail",
        "https://search.example/",
    )


def test_the_touch_falls_back_to_the_referer() -> None:
    touch = read_it(MAIL, referer="https://www.example.jp/contact?utm_campaign=autumn").touch
    assert (touch.url, touch.utm_campaign) == ("https://www.example.jp/contact?utm_campaign=autumn", "autumn")


@pytest.mark.parametrize("wrong", ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil.example"])
def test_only_a_web_address_is_kept_in_the_touch(wrong: str) -> None:
    touch = read_it(MAIL, ("page_url", wrong), ("referrer", wrong)).touch
    assert (touch.url, touch.referrer) == ("", "")


def test_a_long_campaign_parameter_is_cut() -> None:
    assert len(read_it(MAIL, ("utm_term", "x" * 5000)).touch.utm_term) == 500


def test_the_honeypot_is_hit_by_anything_but_blanks() -> None:
    assert hit_honeypot(FORM, [MAIL, ("website", "http://spam.example")])
    assert not hit_honeypot(FORM, [MAIL, ("website", " ")])
    assert not hit_honeypot(FORM, [MAIL])


def test_the_requested_locale_is_the_hidden_field() -> None:
    assert requested_locale([MAIL, ("lang", "en")]) == "en"
    assert requested_locale([MAIL]) == ""


NAMES = st.sampled_from(["email", "mail", "last_name", "氏名", "company", "phone", "consent", "utm_source", "page_url"])


@given(st.lists(st.tuples(NAMES | st.text(max_size=8), st.text(max_size=60)), max_size=8))
def test_any_answers_are_read_or_refused(answers: list[tuple[str, str]]) -> None:
    try:
        submission = read_it(*answers)
    except InvalidSubmission:
        return
    kept = [*submission.fields.values(), *submission.attributes.values(), submission.email]
    assert all(value and value == value.strip() and len(value) <= 254 for value in kept)


def test_only_entry_fields_are_kept_with_the_activity() -> None:
    kept = FormField(name="webinar_date", label={"ja": "日程"}, entry=True)
    form = replace(FORM, fields=(*FORM.fields, kept, FormField(name="birthday", label={"ja": "誕生日"}, type="date")))

    found = read_it(MAIL, ("webinar_date", "2026-12-10"), ("birthday", "1990-02-28"), form=form)

    assert found.entry == {"webinar_date": "2026-12-10"}
    assert found.attributes == {"webinar_date": "2026-12-10", "birthday": "1990-02-28"}


CHOICES = replace(
    FORM,
    fields=(
        *FORM.fields,
        FormField(
            name="size", label={}, type="select", required=True, options=({"ja": "小", "en": "Small"}, {"ja": "大"})
        ),
        FormField(name="birthday", label={}, type="date"),
    ),
)


@pytest.mark.parametrize("option", ["小", "Small", "大"])
def test_a_select_takes_an_option_in_any_language(option: str) -> None:
    assert read_it(MAIL, ("size", option), form=CHOICES).attributes == {"size": option}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("typed", ["Smal", "small", "Your account is locked: https://evil.example"])
def test_a_select_takes_nothing_but_its_options(typed: str, complete: bool) -> None:
    assert refused(MAIL, ("size", typed), form=CHOICES, complete=complete) == {"size": NOT_AN_OPTION}


@pytest.mark.parametrize("typed", ["2026-02-30", "tomorrow", "2026-1-1", "20260101", "2026-W01-1", "２０２６-01-01"])
def test_a_date_is_a_day_of_the_calendar(typed: str) -> None:
    assert read_it(MAIL, ("birthday", "1990-02-28"), form=CHOICES).attributes == {"birthday": "1990-02-28"}
    assert refused(MAIL, ("birthday", typed), form=CHOICES) == {"birthday": NOT_A_DATE}


def test_a_provider_keeps_the_lead_without_the_answer_that_is_no_option() -> None:
    answers = [MAIL, ("size", "Call 0900"), ("birthday", "soon"), ("company", "サンプル")]
    found = read(CHOICES, answers, locale="ja", now=NOON, complete=False, lenient=True)
    assert (found.fields, found.attributes, found.entry) == ({"company": "サンプル"}, {}, {})
