"""The answer of a webhook call: limited in size, because all answers of an enrollment are in one row."""

import pytest

from ripen.journey.webhook_call import CallChange, WebhookCall, answered, limit_answer
from tests.support.fakes import NOON

LIMIT = 256 * 1024


def change(text: str) -> CallChange:
    call = WebhookCall(id="c", lead="lead1", journey="j", entry="k", step="ask", url="https://x.example", planned=NOON)
    return answered(call, {"text": text}, NOON)


@pytest.mark.parametrize(("earlier", "is_kept"), [(0, True), (100, False)])
def test_answer_must_fit_the_row_together_with_earlier_answers(earlier: int, is_kept: bool) -> None:
    full = change("x" * (LIMIT - len('{"ask":{"text":""}}')))
    answers = {"other": "x" * earlier} if earlier else {}
    call = limit_answer(full, answers, NOON).call
    assert call.answer == (full.call.answer if is_kept else {"failed": "answered too much"})


def test_answer_one_byte_over_the_limit_fails() -> None:
    call = limit_answer(change("x" * (LIMIT + 1 - len('{"ask":{"text":""}}'))), {}, NOON).call
    assert (call.answer, call.error, call.done) == ({"failed": "answered too much"}, "answered too much", NOON)
