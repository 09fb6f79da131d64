"""What the lead wrote on forms, on its card."""

from copy import replace
from typing import Any

import pytest

from ripen.lead.lead import FormAnswers
from ripen.playbook.form_answers import AnsweredForm
from ripen.slack.alert import Alert
from ripen.slack.card import lead_card, lead_summary
from ripen.slack.card_facts import card_facts
from sandbox.slack.blocks import characters, refused
from tests.core.slack.test_card import an_alert, block, shown, some_facts
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

ANSWERED = AnsweredForm(
    form="contact",
    title="相談を申し込む",
    at=NOON,
    heading="相談を申し込む（2026-11-21）",
    answers=(("ご予算", "100万円以上"), ("ご相談内容", "急ぎです。\n電話をください。")),
)


def with_answers(alert: Alert, answers: AnsweredForm = ANSWERED, **changes: Any) -> dict[str, Any]:
    return lead_card(alert, replace(some_facts(**changes), answered=answers), "ja", "Asia/Tokyo")


def test_the_card_of_a_contact_request_shows_the_answers_right_below_the_request() -> None:
    message = with_answers(an_alert(kind="contact request", text="相談を申し込む"))
    found = message["blocks"][1]
    assert found["text"]["text"] == "ご予算: 100万円以上\nご相談内容: 急ぎです。\n電話をください。"
    assert found["text"]["type"] == "plain_text"


def test_the_card_of_a_hot_lead_shows_the_answers_with_their_form_below_the_score() -> None:
    message = with_answers(an_alert())
    assert [each["block_id"] for each in message["blocks"]][-3:] == ["score", "answers", "act"]
    assert '"📝 相談を申し込む（2026-11-21）\\nご予算: 100万円以上' in block(message, "answers")
    summary = lead_summary(replace(some_facts(), answered=ANSWERED), "ja")
    assert "急ぎです" in block(summary, "answers")


@pytest.mark.parametrize("text", ["<" * 9000, "x\n" * 5000, "<!channel> *b* https://evil.example \u202e"])
def test_answers_stay_within_slacks_limits_and_are_plain(text: str) -> None:
    typed = replace(ANSWERED, answers=(("ご相談内容", text), (text, "次の回答"), *[(text, text)] * 30))
    message = with_answers(an_alert(), typed, reasons=("理由" * 500,) * 3, company=text)
    assert refused(message["blocks"]) == []
    assert characters(message["blocks"]) < 10_000
    assert "次の回答" in block(message, "answers")
    assert "\u202e" not in block(message, "answers")


def test_an_answer_is_not_shown_again_as_typed() -> None:
    answers = (FormAnswers(form="contact", at=NOON, values={"message": "2つ目"}),)
    typed = {"message": "2つ目", "company": "B社"}
    assert '別の入力あり（未確認）: B社"' in block(shown(typed=typed, answers=answers), "score").replace("\\n", '"')


def test_facts_have_the_answers_of_the_request_else_of_the_latest_form() -> None:
    mine, other = (FormAnswers(form=form, at=NOON, values={"size": form}) for form in ("contact", "whitepaper"))
    lead = a_lead(answers=(other, mine))
    found = [card_facts(lead, None, a_bundle(), NOON, asked).answered for asked in (None, mine)]
    assert [each.form for each in found if each] == ["whitepaper", "contact"]
