"""Reading a submission: the answers that the form knows, cleaned, or an error for each field that is wrong."""

from copy import replace

import pytest

from ripen.capture.field_errors import NOT_AN_OPTION, REQUIRED, InvalidSubmission
from ripen.capture.submission import NAME_TO_REVIEW, Submission, hit_honeypot, read, requested_locale
from ripen.lead.address import NOT_AN_ADDRESS
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


def test_a_script_needs_only_an_address_but_a_page_all_required_fields() -> None:
    form = replace(FORM, fields=(*FORM.fields[:1], FormField(name="last_name", label={}, required=True)))
    assert read_it(MAIL, form=form).fields == {}
    assert refused(MAIL, form=form, complete=True) == {"last_name": REQUIRED}
    assert read_it(MAIL, ("full_name", "山田"), form=form, complete=True).fields == {"last_name": "山田"}


def test_an_address_is_the_only_thing_that_a_lead_needs() -> None:
    assert refused(("company", "\x00"), ("size", "XL")) == {"email": REQUIRED}
    assert refused(("email", "nobody")) == {"email": NOT_AN_ADDRESS}


def test_odd_answers_are_noted() -> None:
    assert [note.field for note in read_it(MAIL, ("company", "A"), ("company", "B\x00")).notes] == [
        "company",
        "company",
    ]


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


def test_the_honeypot_is_hit_by_anything_but_blanks() -> None:
    assert hit_honeypot(FORM, [MAIL, ("website", "http://spam.example")])
    assert not hit_honeypot(FORM, [MAIL, ("website", " ")])
    assert not hit_honeypot(FORM, [MAIL])


def test_the_requested_locale_is_the_hidden_field() -> None:
    assert requested_locale([MAIL, ("lang", "en")]) == "en"
    assert requested_locale([MAIL]) == ""


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


def test_person_is_asked_again_for_a_required_choice_and_not_for_another() -> None:
    assert refused(MAIL, ("size", "XL"), form=CHOICES, complete=True) == {"size": NOT_AN_OPTION}
    assert refused(MAIL, form=CHOICES, complete=True) == {"size": REQUIRED}
    assert read_it(MAIL, ("size", "大"), ("birthday", "soon"), form=CHOICES, complete=True).attributes == {"size": "大"}


def test_script_keeps_the_lead_without_a_wrong_choice() -> None:
    found = read_it(MAIL, ("size", "Call 0900"), ("birthday", "soon"), ("company", "サンプル"), form=CHOICES)
    assert (found.fields, found.attributes, found.entry) == ({"company": "サンプル"}, {}, {})
