"""The SES stand-in, called by boto3 over a real socket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from sandbox.ses.store import Store
from tests.support.ses_server import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def a_request(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "FromEmailAddress": "=?utf-8?b?44Oq44Oa44Oz?= <news@example.com>",
        "Destination": {"ToAddresses": ["hanako@example.co.jp"]},
        "ReplyToAddresses": ["hello@example.com"],
        "Content": {
            "Simple": {
                "Subject": {"Data": "資料をお届けします", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "こんにちは"}, "Html": {"Data": "<p>こんにちは</p>"}},
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://u.example/x>"}],
            }
        },
        "EmailTags": [{"Name": "send_id", "Value": "s1"}, {"Name": "lead", "Value": "lead1"}],
        "ConfigurationSetName": "set",
    }
    return known | changes


def simple(**changes: Any) -> dict[str, Any]:
    return a_request(Content={"Simple": a_request()["Content"]["Simple"] | changes})


def test_a_mail_is_kept_whole(served: Served, tmp_path: Path) -> None:
    id = served.ses.send_email(**a_request())["MessageId"]
    (mail,) = served.mails()
    assert mail["to"] == "hanako@example.co.jp"
    assert mail["from"] == "リペン <news@example.com>"
    assert mail["subject"] == "資料をお届けします"
    assert (mail["text"], mail["html"]) == ("こんにちは", "<p>こんにちは</p>")
    assert mail["headers"]["List-Unsubscribe"] == "<https://u.example/x>"
    assert mail["headers"]["Reply-To"] == "hello@example.com"
    assert mail["headers"]["Message-ID"] == f"<{id}@ap-northeast-1.amazonses.com>"
    assert mail["at"] == "2026-11-21T03:00:00.000Z"
    (path,) = tmp_path.glob("mails/*.eml")
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")


def test_a_second_start_finds_the_mails_again(served: Served, tmp_path: Path) -> None:
    served.ses.send_email(**a_request())
    assert Store(tmp_path).mails() == served.mails()


def test_send_and_delivery_are_published_with_the_tags(served: Served) -> None:
    id = served.ses.send_email(**a_request())["MessageId"]
    assert served.events(2) == ["Send", "Delivery"]
    mail = served.published[0]["mail"]
    assert mail["messageId"] == id
    assert mail["tags"]["send_id"] == ["s1"]
    assert mail["destination"] == ["hanako@example.co.jp"]
    json.dumps(served.published)


@pytest.mark.parametrize(
    ("address", "events", "kind"),
    [
        ("success@simulator.amazonses.com", ["Send", "Delivery"], None),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"], "Permanent/General"),
        ("bounce+label@simulator.amazonses.com", ["Send", "Bounce"], "Permanent/General"),
        ("bounce-7@simulator.example.com", ["Send", "Bounce"], "Permanent/General"),
        ("softbounce@simulator.amazonses.com", ["Send", "Bounce"], "Transient/MailboxFull"),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"], "Permanent/OnAccountSuppressionList"),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"], None),
    ],
)
def test_an_address_of_the_simulator_has_its_outcome(
    served: Served, address: str, events: list[str], kind: str | None
) -> None:
    served.ses.send_email(**a_request(Destination={"ToAddresses": [address]}))
    assert served.events(len(events)) == events
    if kind:
        bounce = served.published[-1]["bounce"]
        assert f"{bounce['bounceType']}/{bounce['bounceSubType']}" == kind


@pytest.mark.parametrize(
    "request_",
    [
        a_request(Destination={"ToAddresses": ["nobody"]}),
        a_request(Destination={"ToAddresses": ["あ@example.com"]}),
        a_request(Destination={"ToAddresses": ["a b@example.com"]}),
        a_request(Destination={"ToAddresses": ["a@example.com\r\nBcc: b@example.com"]}),
        a_request(Destination={"ToAddresses": []}),
        a_request(Destination={"ToAddresses": [f"a{n}@example.com" for n in range(51)]}),
        a_request(EmailTags=[{"Name": "who", "Value": "a@b.example"}]),
        simple(Headers=[{"Name": "X-Name", "Value": "日本"}]),
        simple(Headers=[{"Name": "X-Name", "Value": "a\r\nBcc: b@example.com"}]),
        simple(Headers=[{"Name": "X-Name", "Value": "a" * 996}]),
        simple(Headers=[{"Name": f"X-{n}", "Value": "a"} for n in range(16)]),
        simple(Headers=[{"Name": "Subject", "Value": "a"}]),
        simple(Headers=[{"Name": "Message-ID", "Value": "<a@b.example>"}]),
        simple(Headers=[{"Name": "Content-Type", "Value": "text/plain"}]),
        simple(Headers=[{"Name": "List-Id", "Value": "<a.example>"}, {"Name": "list-id", "Value": "<b.example>"}]),
        simple(Subject={"Data": "a\r\nBcc: b@example.com"}),
        simple(Body={}),
    ],
)
def test_a_request_that_ses_refuses_is_refused(served: Served, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        served.ses.send_email(**request_)
    assert refused.value.response["Error"]["Code"] == "BadRequestException"
    assert served.mails() == []


def test_an_old_carrier_address_is_accepted(served: Served) -> None:
    served.ses.send_email(**a_request(Destination={"ToAddresses": ["a..b.@docomo.ne.jp"]}))
    assert served.mails()[0]["headers"]["To"] == "a..b.@docomo.ne.jp"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("throttle", "TooManyRequestsException"),
        ("quota", "TooManyRequestsException"),
        ("pause", "SendingPausedException"),
        ("suspend", "AccountSuspendedException"),
    ],
)
def test_a_refusal_on_demand_accepts_no_mail_and_ends(served: Served, mode: str, code: str) -> None:
    served.fault(mode)
    with pytest.raises(ClientError) as refused:
        served.ses.send_email(**a_request())
    assert refused.value.response["Error"]["Code"] == code
    assert served.mails() == []
    served.ses.send_email(**a_request())
    assert len(served.mails()) == 1


def test_a_mail_can_be_accepted_without_an_answer(served: Served) -> None:
    served.fault("accept_hang")
    with pytest.raises(ReadTimeoutError):
        served.ses.send_email(**a_request())
    assert served.events(2) == ["Send", "Delivery"]
    assert len(served.mails()) == 1


def test_a_connection_can_break_before_the_mail_is_accepted(served: Served) -> None:
    served.fault("drop")
    with pytest.raises(ConnectionClosedError):
        served.ses.send_email(**a_request())
    assert served.mails() == []


def test_a_mail_can_be_accepted_and_answered_with_an_error(served: Served) -> None:
    served.fault("error_after_accept")
    with pytest.raises(ClientError) as failed:
        served.ses.send_email(**a_request())
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert len(served.mails()) == 1


def test_events_can_be_lost_duplicated_and_delayed(served: Served) -> None:
    served.fault("lose_events")
    served.ses.send_email(**a_request())
    served.fault("delay_events")
    served.ses.send_email(**a_request())
    assert served.events(0) == []
    httpx.post(f"{served.url}/_control/release")
    assert served.events(2) == ["Send", "Delivery"]
    served.fault("duplicate_events")
    served.ses.send_email(**a_request())
    assert sorted(served.events(6)) == ["Delivery"] * 3 + ["Send"] * 3


def test_feedback_can_be_published_long_after_the_mail(served: Served) -> None:
    id = served.ses.send_email(**a_request())["MessageId"]
    assert httpx.post(f"{served.url}/_control/messages/{id}/complaint").status_code == 200
    assert served.events(3) == ["Send", "Delivery", "Complaint"]
    suppressed = served.ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    assert [each["EmailAddress"] for each in suppressed] == ["hanako@example.co.jp"]
    served.ses.send_email(**a_request())
    assert served.events(5)[3:] == ["Send", "Bounce"]


def test_boto3_can_manage_the_account(served: Served) -> None:
    ses = served.ses
    assert ses.get_account()["SendingEnabled"]
    ses.create_email_identity(EmailIdentity="example.com")
    assert ses.get_email_identity(EmailIdentity="example.com")["VerifiedForSendingStatus"]
    assert len(ses.get_configuration_set_event_destinations(ConfigurationSetName="set")["EventDestinations"]) == 1
    ses.put_suppressed_destination(EmailAddress="A@example.com", Reason="BOUNCE")
    assert ses.get_suppressed_destination(EmailAddress="a@example.com")["SuppressedDestination"]["Reason"] == "BOUNCE"
    ses.delete_suppressed_destination(EmailAddress="a@example.com")
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_suppressed_destination(EmailAddress="a@example.com")
    with pytest.raises(ses.exceptions.MessageRejected, match="not verified"):
        ses.send_email(**a_request(FromEmailAddress="news@other.example"))
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.send_email(**a_request(ConfigurationSetName="other"))


def test_each_configuration_set_reports_and_suppresses_by_its_own_settings(served: Served) -> None:
    ses = served.ses
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.send_email(**a_request(ConfigurationSetName="transactional"))
    served.add_set("transactional", "COMPLAINT")
    with pytest.raises(ses.exceptions.AlreadyExistsException):
        served.add_set("transactional")
    ses.put_suppressed_destination(EmailAddress="hanako@example.co.jp", Reason="BOUNCE")
    ses.send_email(**a_request(ConfigurationSetName="transactional"))
    assert served.events(2) == ["Send", "Delivery"]
    assert served.published[0]["mail"]["tags"]["ses:configuration-set"] == ["transactional"]
    ses.send_email(**a_request())
    assert served.events(4)[2:] == ["Send", "Bounce"]
    only_sends = {"Enabled": True, "MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": "arn"}}
    ses.update_configuration_set_event_destination(
        ConfigurationSetName="set", EventDestinationName="sns", EventDestination=only_sends
    )
    ses.send_email(**a_request())
    ses.send_email(**a_request(ConfigurationSetName="transactional"))
    assert served.events(7)[4:] == ["Send", "Send", "Delivery"]


def test_custom_headers_arrive_as_they_were_given(served: Served) -> None:
    headers = {"List-Id": "<marketing.example.com>", "Auto-Submitted": "auto-generated", "References": "<a@b> <c@d>"}
    served.ses.send_email(**simple(Headers=[{"Name": name, "Value": value} for name, value in headers.items()]))
    assert headers.items() <= served.mails()[0]["headers"].items()


def test_the_html_of_a_mail_is_sandboxed(served: Served) -> None:
    id = served.ses.send_email(**simple(Body={"Html": {"Data": "<script>alert(1)</script><p>本文</p>"}}))["MessageId"]
    shown = httpx.get(f"{served.url}/messages/{id}/html")
    assert "script-src 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["content-security-policy"].startswith("sandbox")
    assert httpx.get(f"{served.url}/messages/none").status_code == 404
    assert "Mailbox" in httpx.get(served.url).text


def test_a_raw_mail_is_accepted(served: Served) -> None:
    raw = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
    served.ses.send_email(Content={"Raw": {"Data": raw}}, Destination={"ToAddresses": ["b@example.com"]})
    assert served.mails()[0]["subject"] == "Hi"
