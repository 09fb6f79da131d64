"""The providers' own clients understand our stand-ins: their answers, and above all their errors."""

from typing import Any

import pytest

from tests.support import node_peers
from tests.support.local_cloud import RunningCloud
from tests.support.ses_server import serving
from tests.support.slack_workspace import TOKEN, running

CHANNEL = "C0SALES"


@pytest.fixture(scope="module")
def ses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with serving(tmp_path_factory.mktemp("ses")) as served:
        faults = ["throttle", "quota", "pause", "suspend", "drop", "truncate", "error_after_accept"]
        found = dict(node_peers.run("ses", {"url": served.url, "faults": faults}, node_peers.LONG))
        return found | {"kept": len(served.mails())}


def test_amazons_client_sends_a_mail(ses: dict[str, Any]) -> None:
    assert ses["sent"]["id"]
    assert ses["invalid"]["error"] == "BadRequestException"


@pytest.mark.parametrize(
    ("mode", "error", "status"),
    [
        ("throttle", "TooManyRequestsException", 429),
        ("quota", "TooManyRequestsException", 429),
        ("pause", "SendingPausedException", 400),
        ("suspend", "AccountSuspendedException", 400),
    ],
)
def test_amazons_client_knows_a_refusal_by_its_name(ses: dict[str, Any], mode: str, error: str, status: int) -> None:
    assert (ses[mode]["error"], ses[mode]["status"]) == (error, status)


def test_amazons_client_reports_a_lost_answer_as_an_error(ses: dict[str, Any]) -> None:
    assert [mode for mode in ("drop", "truncate", "error_after_accept") if "id" in ses[mode]] == []
    assert ses["kept"] == 3  # the one that was answered, and the two that were accepted all the same


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with running(tmp_path_factory.mktemp("slack")) as workspace:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*山田* 様"}}]
        given = {"api": workspace.api, "token": TOKEN, "channel": CHANNEL, "blocks": blocks}
        return dict(node_peers.run("slack", given, node_peers.LONG))


def test_slacks_client_posts_updates_and_finds_the_message_by_its_metadata(slack: dict[str, Any]) -> None:
    assert slack["user"]
    assert slack["posted"] is slack["updated"] is True
    assert slack["metadata"] == {"event_type": "hot_lead", "event_payload": {"alert": "a1"}}


def test_slacks_client_reads_each_error(slack: dict[str, Any]) -> None:
    assert slack["wrongs"] == {
        "token": "invalid_auth",
        "channel": "channel_not_found",
        "text": "no_text",
        "blocks": "invalid_blocks",
        "message": "message_not_found",
    }
    assert slack["rules"] == {
        "absent": "not_in_channel",
        "private": "channel_not_found",
        "archived": "is_archived",
        "restricted": "restricted_action_read_only_channel",
        "scopes": "missing_scope",
        "organisation": "missing_argument",
        "keys": "ekm_access_denied",
        "none": None,
    }
    assert slack["ratelimit"] == "slack_webapi_rate_limited_error"
    assert slack["error_500"] == "slack_webapi_http_error"


@pytest.fixture(scope="module")
def aws(cloud: RunningCloud) -> dict[str, Any]:
    outputs = cloud.status["stack"]
    given = {"url": cloud.status["aws"], "table": outputs["Table"], "queue": outputs["Queues"].split(",")[0]}
    return dict(node_peers.run("aws", given, node_peers.LONG))


def test_amazons_client_reads_a_failed_condition(aws: dict[str, Any]) -> None:
    assert (aws["put"], aws["again"]["error"]) == ("ok", "ConditionalCheckFailedException")
    assert aws["transaction"]["error"] == "TransactionCanceledException"
    assert aws["transaction"]["codes"] == ["ConditionalCheckFailed", "None"]
    assert aws["second"] is None


def test_amazons_client_reads_what_is_missing_or_invalid(aws: dict[str, Any]) -> None:
    assert aws["missing"]["error"] == "ResourceNotFoundException"
    assert aws["invalid"]["error"] == "ValidationException"
    assert aws["nowhere"]["error"] in {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}


def test_the_emulator_refuses_a_batch_of_eleven(aws: dict[str, Any]) -> None:
    assert "error" in aws["many"]


@pytest.mark.xfail(strict=True, reason="MiniStack takes any delay; SQS takes 900 seconds, see agenda.LONGEST_DELAY")
def test_the_emulator_refuses_a_delay_that_sqs_refuses(aws: dict[str, Any]) -> None:
    assert "error" in aws["late"]
