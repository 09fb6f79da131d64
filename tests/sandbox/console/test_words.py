"""The console has words in both languages for every row, activity and decision."""

import pytest

from nurture.tick import queues
from ripen.lead.activity import Kind
from ripen.operations.phrases import codes
from sandbox.console.words import say_outcome, words

_NOBODYS = {"walk", "campaign", "schedule", "poll", "refold"}
"""Rows on the agenda that belong to no lead."""
_NOT_DECIDED = {"wait.open", "verdict.machine", "verdict.human", "schedule.returned", "schedule.passed"} | {
    "opportunity.open",
    "opportunity.closed",
    "alert.outdated",
    "mail.waits",
    "press.waits",
}
"""Words that only `ripen simulate` uses, or for which the console has others."""


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_each_due_row_activity_and_decision_has_words(lang: str) -> None:
    parts = {part for code in codes() if "." in code and code not in _NOT_DECIDED for part in code.split(".")}
    wanted = {str(kind) for kind in Kind} | ({*queues.hot} - _NOBODYS) | parts

    assert wanted - {*words(lang)} == set()


def test_accepted_by_sales_is_not_accepted_by_the_mail_provider() -> None:
    assert say_outcome("alert", "accepted", "ja") == "担当決定"
    assert say_outcome("send", "accepted", "ja") == "送信"
