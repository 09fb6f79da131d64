"""Incoming mail at the SES stand-in, read by our code for SES's notifications and mails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ripen.adapters.ses.inbox import Received, parse_notification
from ripen.mail.incoming import reply
from ripen.mail.incoming.reply_author import Author
from tests.support.ses_server import Served, serving

ADDRESS = "reply+abc@reply.example.com"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def a_mail(served: Served, reply_to: str = ADDRESS) -> str:
    """Its id in the mailbox."""
    body = {"Text": {"Data": "資料はこちらです。\nhttps://example.com/c/x"}, "Html": {"Data": "<p>資料</p>"}}
    id: str = served.ses.send_email(
        FromEmailAddress="news@example.com",
        Destination={"ToAddresses": ["hanako@example.co.jp"]},
        ReplyToAddresses=[reply_to],
        Content={"Simple": {"Subject": {"Data": "資料をお届けします"}, "Body": body}},
    )["MessageId"]
    return id


def answer(served: Served, id: str, text: str, automatic: bool = False) -> httpx.Response:
    asked = {"text": text, "automatic": automatic}
    return httpx.post(f"{served.url}/messages/{id}/reply", json=asked)


@pytest.mark.parametrize(("dmarc", "authenticated"), [("PASS", True), ("FAIL", False), ("GRAY", False)])
def test_a_reply_may_be_forged(served: Served, dmarc: str, authenticated: bool) -> None:
    said = httpx.post(
        f"{served.url}/messages/{a_mail(served)}/reply",
        json={"text": "hi", "to": "reply@reply.example.com", "dmarc": dmarc},
    )

    assert said.json() == {"to": "reply@reply.example.com"}
    mail, _ = received(served)
    assert (mail.recipients, mail.authenticated) == (("reply@reply.example.com",), authenticated)


def received(served: Served) -> tuple[Received, reply.Reply]:
    """As nurture.reply takes it in."""
    [record] = [record for record in served.published if record.get("notificationType") == "Received"]
    found = parse_notification(json.dumps({"Message": json.dumps(record)}))
    assert found
    return found, reply.read(served.bucket[found.key], found.sender)


def test_a_reply_goes_to_the_reply_to_address(served: Served) -> None:
    # given
    id = a_mail(served)
    # when
    said = answer(served, id, "木曜日にお話しできますか？")
    # then
    assert (said.status_code, said.json()) == (200, {"to": ADDRESS})
    mail, read = received(served)
    assert (mail.sender, mail.recipients, mail.harmless) == ("hanako@example.co.jp", (ADDRESS,), True)
    assert mail.key.startswith("replies/")
    assert (read.sender, read.to, read.author) == ("hanako@example.co.jp", (ADDRESS,), Author.PERSON)
    assert (read.subject, read.text) == ("Re: 資料をお届けします", "木曜日にお話しできますか？")
    assert read.id


def test_an_automatic_reply_has_the_header_of_one(served: Served) -> None:
    answer(served, a_mail(served), "来週戻ります。", automatic=True)
    mail, read = received(served)
    assert (mail.sender, read.author) == ("", Author.MACHINE)


def test_an_address_without_a_receipt_rule_is_refused_with_a_reason(served: Served) -> None:
    said = answer(served, a_mail(served, reply_to="bob@example.com"), "こんにちは")
    assert (said.status_code, "bob@example.com" in said.json()["error"]) == (409, True)
    assert served.bucket == {}


@pytest.mark.parametrize(
    ("to", "wanted"),
    [("reply+x@REPLY.example.com", True), ("x@sub.reply.example.com", False), ("x@example.com", False)],
)
def test_a_rule_for_a_domain_takes_only_its_addresses(served: Served, to: str, wanted: bool) -> None:
    asked: dict[str, Any] = {"from": "hanako@example.co.jp", "to": [to], "raw": "Subject: hello\r\n\r\nhello"}
    said = httpx.post(f"{served.url}/_control/receive", json=asked)
    assert said.is_success == wanted
    assert len(served.bucket) == wanted
