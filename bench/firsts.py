"""The first event of each function, and the work of its floor."""

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest as hmac
from typing import Any
from urllib.parse import quote

import msgspec

from bench.first_rows import ALERT, CAMPAIGN, LEAD, SEND, activity
from bench.outside import SECRET
from bench.requests import SITE, an_event, beacon_post, form_post, messages
from ripen.adapters.table import keys
from ripen.key_ring import KeyRing
from ripen.tracking import beacon
from ripen.tracking.link_token import Link, Purpose, sign_token

FORM_ID = "lT4Z3j"
LIVE = "setting#bundle|-"
REPLY = "replies/1"
MAIL = (
    b"From: hanako@example.co.jp\r\nSubject: Re: guide\r\nMessage-ID: <1@example.co.jp>\r\n\r\n"
    b"Thank you. What does it cost?\r\n"
)
_SHARDS = 320
_STORE = ("dynamodb", "s3")
_PRIVATE = (*_STORE, "secretsmanager")
_MAIL = f"lead#{LEAD}|send#{SEND}"


@dataclass(frozen=True, kw_only=True)
class First:
    """A first call. `clients`, `reads` and `queries` are the floor's work; `library` is one that the function needs."""

    event: dict[str, Any]
    clients: tuple[str, ...]
    reads: tuple[str, ...] = (LIVE,)
    queries: int = 0
    library: str = ""


def firsts() -> dict[str, First]:
    """Return the first call of each function, by module."""
    return _capture() | _score() | _nurture_work() | _nurture_answers() | _notify()


def _capture() -> dict[str, First]:
    return {
        "capture.form": First(event=form_post(1), clients=(*_PRIVATE, "sqs")),
        "capture.page": First(event=_get("/pages/whitepaper", page="whitepaper"), clients=_STORE),
        "capture.link": First(
            event=_get("/c/-", token=_token(Purpose.CLICK)), clients=(*_PRIVATE, "sqs"), reads=(LIVE, _MAIL)
        ),
        "capture.track": First(event=beacon_post("visitor-1", "view-1"), clients=(*_STORE, "sqs")),
        "capture.beacons": First(
            event=messages(_beacon()), clients=(*_PRIVATE, "sqs"), reads=(LIVE, "visitor#visitor-1|lead")
        ),
        "capture.webhook": First(event=_typeform(), clients=(*_PRIVATE, "sqs")),
        "capture.salesforce": First(
            event=an_event("POST", "/salesforce/-", {"key": "-"}, {}, "", "1"),
            clients=("secretsmanager", "sqs"),
            reads=(),
            library="requests",
        ),
        "capture.changes": First(
            event=messages('{"records": {}}'),
            clients=("dynamodb", "secretsmanager"),
            reads=(keys.SHADOW.ref,),
        ),
        "capture.poll": First(
            event=messages(keys.MEMBERS.ref),
            clients=("dynamodb", "secretsmanager"),
            reads=(keys.MEMBERS.ref,),
            library="simple_salesforce",
        ),
    }


def _score() -> dict[str, First]:
    return {
        "score.react": First(event=messages(activity().key.ref), clients=(*_STORE, "sqs"), reads=(LIVE, _row("state"))),
        "score.refold": First(
            event=messages(keys.walk(keys.REFOLDING, 0).ref), clients=(*_STORE, "sqs"), reads=(LIVE, keys.REFOLDING.ref)
        ),
        "score.sync": First(
            event=messages(_row("due#crm")),
            clients=(*_PRIVATE, "sqs"),
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
    }


def _nurture_work() -> dict[str, First]:
    """Return the calls of the functions that do due work."""
    return {
        "nurture.tick": First(event={}, clients=("dynamodb", "sqs"), reads=(), queries=_SHARDS),
        "nurture.advance": First(
            event=messages(_row("enrollment#whitepaper#once")), clients=(*_STORE, "sqs"), reads=(LIVE, _row("state"))
        ),
        "nurture.deliver": First(
            event=messages(_row(f"send#{SEND}")), clients=(*_PRIVATE, "sesv2"), reads=(LIVE, _row("profile"))
        ),
        "nurture.crm": First(
            event=messages(_row("request#e1")),
            clients=_PRIVATE,
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
        "nurture.webhook": First(
            event=messages(_row("call#c1")), clients=("dynamodb", "secretsmanager", "sqs"), reads=(_row("call#c1"),)
        ),
        "nurture.walk": First(
            event=messages(keys.walk(CAMPAIGN, 0).ref), clients=(*_STORE, "sqs"), reads=(LIVE, CAMPAIGN.ref)
        ),
    }


def _nurture_answers() -> dict[str, First]:
    """Return the calls of the functions that learn what came of a mail."""
    return {
        "nurture.reply": First(event=messages(_received()), clients=(*_PRIVATE, "sqs"), reads=(LIVE, _MAIL)),
        "nurture.feedback": First(
            event=messages(_delivered()), clients=("dynamodb", "secretsmanager", "sqs"), reads=(_row(f"send#{SEND}"),)
        ),
        "nurture.preferences": First(
            event=_get("/unsubscribe/-", token=_token(Purpose.UNSUBSCRIBE)),
            clients=(*_PRIVATE, "sqs"),
            reads=(LIVE, _MAIL),
        ),
    }


def _notify() -> dict[str, First]:
    return {
        "notify.alert": First(event=messages(_row(f"alert#{ALERT}")), clients=_PRIVATE),
        "notify.slack": First(
            event=_press(),
            clients=("dynamodb", "secretsmanager", "sqs"),
            reads=(_row(f"alert#{ALERT}"),),
            library="slack_bolt",
        ),
        "notify.act": First(
            event=messages(_row("action#a1")),
            clients=(*_PRIVATE, "sqs"),
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
    }


def _row(sk: str) -> str:
    return f"lead#{LEAD}|{sk}"


def _get(path: str, **parameters: str) -> dict[str, Any]:
    return an_event("GET", path, parameters, {}, "", "1")


def _token(purpose: Purpose) -> str:
    key = hmac(SECRET["master"].encode(), b"link", "sha256")
    return sign_token(KeyRing.of(key), purpose, Link(LEAD, SEND))


def _delivered() -> str:
    event = {
        "eventType": "Delivery",
        "mail": {
            "messageId": "0100",
            "timestamp": "2026-11-21T03:00:00.000Z",
            "destination": ["hanako@example.co.jp"],
            "tags": {"send_id": [SEND], "lead": [LEAD]},
        },
        "delivery": {"timestamp": "2026-11-21T03:00:01.000Z", "recipients": ["hanako@example.co.jp"]},
    }
    return json.dumps({"Type": "Notification", "Message": json.dumps(event)})


def _received() -> str:
    to = f"reply+{_token(Purpose.REPLY)}@reply.example.com"
    mail = {"messageId": "1", "timestamp": "2026-11-21T03:00:00.000Z", "source": "hanako@example.co.jp"}
    receipt = {"recipients": [to], "action": {"type": "S3", "objectKey": REPLY}}
    return json.dumps({"Type": "Notification", "Message": json.dumps({"mail": mail, "receipt": receipt})})


def _beacon() -> str:
    sent = beacon_post("visitor-1", "view-1")["body"].encode()
    read = beacon.read_beacon(sent, datetime.now(UTC), frozenset([SITE.partition("://")[2]]))
    return msgspec.json.encode(read).decode()


def _typeform() -> dict[str, Any]:
    answers = [
        {"type": "email", "email": "hanako@example.co.jp", "field": {"id": "1", "ref": "email"}},
        {"type": "text", "text": "山田", "field": {"id": "2", "ref": "last_name"}},
    ]
    response = {
        "form_id": FORM_ID,
        "token": "t" * 32,
        "submitted_at": "2026-11-21T03:00:00Z",
        "answers": answers,
    }
    body = json.dumps({"event_type": "form_response", "form_response": response})
    seal = b64encode(hmac(SECRET["typeform"].encode(), body.encode(), sha256)).decode()
    headers = {"typeform-signature": f"sha256={seal}", "content-type": "application/json"}
    return an_event("POST", "/webhooks/typeform", {"source": "typeform"}, headers, body, "1")


def _press() -> dict[str, Any]:
    payload = {
        "type": "block_actions",
        "user": {"id": "U0123456", "name": "taro"},
        "team": {"id": "T1"},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": "not_fit", "block_id": "b", "type": "button", "value": f"{LEAD}|{ALERT}"}],
    }
    body, stamp = f"payload={quote(json.dumps(payload))}", str(int(time.time()))
    seal = hmac(SECRET["slack_signing_secret"].encode(), f"v0:{stamp}:{body}".encode(), "sha256").hex()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={seal}",
    }
    return an_event("POST", "/slack", {}, headers, body, "1")
