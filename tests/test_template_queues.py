"""Queues and alarms of the template: what waits, how long, who works on it, and who hears of it."""

import re
from typing import Any

import pytest

from cli.doctor.concurrency import FOR_REQUESTS, needed
from ripen.mail.ledger import SendState
from ripen.mail.limits.send_rate import WORKERS
from tests.support.stack_template import (
    ALARMS,
    FUNCTIONS,
    GLOBAL,
    LIVE_QUEUES,
    PROJECT,
    QUEUES,
    RESOURCES,
    TEMPLATE,
    TEXT,
    mappings,
    target,
    wakes,
)

ONLY_RECORDS = {"Beacons", "Feedback", "Reply"}
"""Queues whose messages are no rows yet: the tick cannot bring them back."""


@pytest.mark.parametrize("name", ALARMS)
def test_each_alarm_has_instructions(name: str) -> None:
    assert f"`{name}`" in (PROJECT / "docs/operations.md").read_text()


def test_each_metric_that_an_alarm_watches_is_emitted_by_a_function() -> None:
    watched = {
        RESOURCES[name]["Properties"]["MetricName"]
        for name in ALARMS
        if RESOURCES[name]["Properties"].get("Namespace") == "Ripen"
    }
    places = ("functions/*/*.py", "layers/core/ripen/adapters/*.py")
    written = " ".join(path.read_text() for place in places for path in PROJECT.glob(place))
    put_out = set(re.findall(r'(?:add_metric\(name=|single_metric\()"(\w+)"', written))
    if 'add_metric(name=f"Mail{send.state.capitalize()}"' in written:
        put_out |= {f"Mail{state.capitalize()}" for state in SendState}
    assert watched and watched <= put_out


def test_replies_are_kept_longer_than_a_dead_letter_and_then_deleted() -> None:
    [rule] = RESOURCES["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    kept = rule["ExpirationInDays"] * 86400
    assert (rule["Prefix"], rule["Status"]) == ("replies/", "Enabled")  # bundles stay
    assert RESOURCES["ReplyDead"]["Properties"]["MessageRetentionPeriod"] < kept <= 90 * 86400
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 7


@pytest.mark.parametrize("name", LIVE_QUEUES)
def test_a_queue_has_a_dead_letter_queue_with_an_alarm(name: str) -> None:
    policy = RESOURCES[name]["Properties"]["RedrivePolicy"]
    assert target(policy["deadLetterTargetArn"]) == f"{name}Dead"
    assert policy["maxReceiveCount"] == (50 if name in ONLY_RECORDS else 5)
    assert RESOURCES[f"{name}Dead"]["Properties"]["MessageRetentionPeriod"] == 14 * 86400
    alarm = RESOURCES[f"{name}DeadAlarm"]["Properties"]
    assert target(alarm["Dimensions"][0]["Value"]) == f"{name}Dead"
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)


@pytest.mark.parametrize("name", LIVE_QUEUES)
def test_a_queue_has_one_worker_that_returns_only_failed_messages_in_time(name: str) -> None:
    [(function, mapping)] = [(FUNCTIONS[worker], mapping) for worker, queue, mapping in mappings() if queue == name]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert _workers(mapping, 14) >= 2
    window = mapping.get("MaximumBatchingWindowInSeconds", 0)
    assert mapping["BatchSize"] <= 10 or window >= 1
    timeout = function.get("Timeout", GLOBAL["Timeout"])
    assert RESOURCES[name]["Properties"]["VisibilityTimeout"] >= 6 * timeout + window


def test_a_function_may_call_itself_through_queues_where_the_design_says_so() -> None:
    """Lambda stops a chain of about 16 calls through SQS, unless the function allows it."""
    workers = {queue: function for function, queue, _ in mappings()}
    reached = {name: {workers[queue] for queue in wakes(name)} for name in FUNCTIONS}
    for _ in FUNCTIONS:
        reached = {name: found.union(*(reached[each] for each in found)) for name, found in reached.items()}
    looping = {name for name, found in reached.items() if name in found}
    assert looping == {"ScoreReact", "ScoreRefold", "NurtureAdvance", "NurtureWebhook", "NurtureWalk"}
    assert {name for name, each in FUNCTIONS.items() if each.get("RecursiveLoop") == "Allow"} == looping


def test_hot_and_bulk_work_share_no_queue() -> None:
    tick = FUNCTIONS["NurtureTick"]["Environment"]["Variables"]
    assert len({target(value) for value in tick.values()}) == len(tick)
    assert {"ReactBulk", "DeliverBulk"} <= set(LIVE_QUEUES)


@pytest.mark.parametrize("name", sorted(QUEUES))
def test_messages_are_encrypted(name: str) -> None:
    assert RESOURCES[name]["Properties"]["SqsManagedSseEnabled"] is True


def test_messages_that_are_the_only_record_wait_two_weeks_and_then_still_in_the_dead_letter_queue() -> None:
    """A dead-letter queue counts the age of a message from its first day."""
    writers = {queue for function in FUNCTIONS for queue in wakes(function)}
    assert set(LIVE_QUEUES) - writers | {"Beacons"} == ONLY_RECORDS
    for name in ONLY_RECORDS:
        queue = RESOURCES[name]["Properties"]
        assert queue["MessageRetentionPeriod"] == 14 * 86400
        assert queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] < 86400


def test_concurrency_that_the_template_needs_is_reckoned() -> None:
    for rate in WORKERS:
        workers = sum(_workers(mapping, rate) for _, _, mapping in mappings())
        assert needed(TEXT, rate) == workers + FOR_REQUESTS
    assert f"The template needs {needed(TEXT)}:" in (PROJECT / "docs/deploy.md").read_text()


def test_workers_of_bulk_delivery_follow_the_rate_of_ses() -> None:
    parameter = TEMPLATE["Parameters"]["MailsPerSecond"]
    assert (parameter["AllowedValues"], parameter["Default"]) == ([*WORKERS], min(WORKERS))
    assert all(5 * workers >= rate for rate, workers in WORKERS.items())
    assert {rate: _of_bulk_delivery(rate) for rate in WORKERS} == WORKERS


def _workers(mapping: dict[str, Any], rate: int) -> int:
    """Return how many workers a queue has at this value of MailsPerSecond."""
    limit = mapping["ScalingConfig"]["MaximumConcurrency"]
    return limit if isinstance(limit, int) else _of_bulk_delivery(rate)


def _of_bulk_delivery(rate: int) -> int:
    [(_, _, mapping)] = [found for found in mappings() if found[1] == "DeliverBulk"]
    limit = mapping["ScalingConfig"]["MaximumConcurrency"]
    assert limit == {"Fn::FindInMap": ["BulkDelivery", {"Ref": "MailsPerSecond"}, "Workers"]}
    return int(TEMPLATE["Mappings"]["BulkDelivery"][str(rate)]["Workers"])


def test_concurrency_is_reserved_for_forms_only_where_the_parameter_says_so() -> None:
    assert TEMPLATE["Parameters"]["FormsConcurrency"]["Default"] == 0
    reserved = {
        name: each["ReservedConcurrentExecutions"]
        for name, each in FUNCTIONS.items()
        if "ReservedConcurrentExecutions" in each
    }
    assert [*reserved] == ["CaptureForm"]
    assert reserved["CaptureForm"]["Fn::If"][0] == "KeepsConcurrencyForForms"
