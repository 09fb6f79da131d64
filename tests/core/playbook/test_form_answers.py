"""What a lead answered on a form, in words."""

from copy import replace
from datetime import timedelta

from ripen.lead.lead import FormAnswers
from ripen.playbook.bundle import FormField
from ripen.playbook.form_answers import answered_form, answers_text
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

FIELDS = (
    FormField(name="email", type="email", label={"ja": "メール"}),
    FormField(
        name="budget",
        type="select",
        label={"ja": "ご予算", "en": "Budget"},
        options=({"ja": "100万円以上", "en": "Over a million yen"},),
        values=("big",),
    ),
    FormField(name="message", type="textarea", label={"ja": "ご相談内容", "en": "Message"}),
)
BUNDLE = a_bundle()
FORM = replace(BUNDLE.forms["whitepaper"], title={"ja": "相談を申し込む", "en": "Talk to us"}, fields=FIELDS)
ASKING = replace(BUNDLE, forms={"contact": FORM})
ANSWERS = FormAnswers(form="contact", at=NOON, values={"message": "急ぎです", "budget": "big", "ref": "A-1"})


def test_answers_have_labels_and_options_in_the_language_of_the_reader_and_the_order_of_the_form() -> None:
    japanese, english = (answered_form(ANSWERS, ASKING, locale) for locale in ("ja", "en"))
    assert (japanese.title, japanese.heading) == ("相談を申し込む", "相談を申し込む（2026-11-21）")
    assert japanese.lines == ("ご予算: 100万円以上", "ご相談内容: 急ぎです", "ref: A-1")
    assert (english.title, english.lines[0]) == ("Talk to us", "Budget: Over a million yen")


def test_answer_to_an_option_or_form_that_is_gone_is_shown_as_it_is_kept() -> None:
    changed = replace(FORM, fields=(replace(FIELDS[1], options=(), values=()),))
    assert answered_form(ANSWERS, replace(ASKING, forms={"contact": changed}), "ja").lines[0] == "ご予算: big"
    gone = answered_form(ANSWERS, replace(ASKING, forms={}), "ja")
    assert (gone.title, gone.lines[0]) == ("contact", "message: 急ぎです")


def test_the_day_is_that_of_the_brand() -> None:
    late = replace(ANSWERS, at=NOON + timedelta(hours=12))
    assert "2026-11-22" in answered_form(late, ASKING, "ja").heading


def test_answers_of_several_forms_make_one_text() -> None:
    other = FormAnswers(form="old", at=NOON, values={"size": "9"})
    text = answers_text((ANSWERS, other), ASKING, "en")
    assert text == (
        "Talk to us (2026-11-21)\nBudget: Over a million yen\nMessage: 急ぎです\nref: A-1\n\nold (2026-11-21)\nsize: 9"
    )
    assert answers_text((), ASKING, "en") == ""
