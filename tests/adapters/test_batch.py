"""Batches of SQS messages: a failure is logged and retries only the messages of its lead."""

from collections.abc import Sequence

import pytest

from ripen.adapters.batch import process_by_lead
from tests.support.sqs_events import an_sqs_event


def test_batch_is_processed_by_lead_and_a_failure_retries_only_its_lead(caplog: pytest.LogCaptureFixture) -> None:
    # given
    event = an_sqs_event("lead#1|activity#a", "lead#2|activity#a", "lead#1|activity#b", "nonsense", "lead#3|activity#a")
    seen: list[Sequence[str]] = []

    def work(refs: Sequence[str]) -> None:
        seen.append(refs)
        if refs[0] == "nonsense" or refs[0].startswith("lead#1|"):
            raise ValueError(refs[0])

    # when
    answer = process_by_lead(event, work, lambda: True)
    # then
    assert seen == [
        ["lead#1|activity#a", "lead#1|activity#b"],
        ["lead#2|activity#a"],
        ["nonsense"],
        ["lead#3|activity#a"],
    ]
    assert {failure["itemIdentifier"] for failure in answer["batchItemFailures"]} == {"0", "2", "3"}
    assert len([record for record in caplog.records if record.exc_info and record.exc_info[0] is ValueError]) == 2


def test_batch_in_which_every_message_fails_is_reported() -> None:
    def work(refs: Sequence[str]) -> None:
        raise ValueError

    answer = process_by_lead(an_sqs_event("lead#1|activity#a"), work, lambda: True)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_batch_without_failures_reports_none() -> None:
    assert process_by_lead(an_sqs_event("lead#1|activity#a"), lambda refs: None, lambda: True) == {
        "batchItemFailures": []
    }


def test_leads_without_time_left_go_back_to_the_queue() -> None:
    # given
    event = an_sqs_event("lead#1|activity#a", "lead#2|activity#a", "lead#2|activity#b", "lead#1|activity#b")
    seen: list[Sequence[str]] = []
    # when
    answer = process_by_lead(event, seen.append, lambda: not seen)
    # then
    assert seen == [["lead#1|activity#a", "lead#1|activity#b"]]
    assert {failure["itemIdentifier"] for failure in answer["batchItemFailures"]} == {"1", "2"}
