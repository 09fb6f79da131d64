"""The first event of each function, the rows that it reads, and the work of its floor."""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest as hmac
from typing import Any
from urllib.parse import quote

import msgspec

from bench.outside import SECRET
from bench.requests import SITE, an_event, beacon_post, form_post
from ripen.adapters.table import Change, Create, keys
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.campaign.walk import Walk
from ripen.crm.membership import MemberPoll
from ripen.ids import alert_id
from ripen.journey.crm_request import CrmRequest
from ripen.journey.enrollment import Enrollment
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send, SendPointer
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert, AlertState
from ripen.tracking import beacon
from ripen.tracking.link_token import Link, Purpose, sign_token
from ripen.tracking.visitor import VisitorPointer

LEAD, SEND = "lead1", "a" * 26
ALERT = alert_id(LEAD, "hot", 1)
AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
FORM_ID = "lT4Z3j"
LIVE = "setting#bundle|-"
REPLY = "replies/1"
MAIL = (
    b"From: hanako@example.co.jp\r\nSubject: Re: guide\r\nMessage-ID: <1@example.co.jp>\r\n\r\n"
    b"Thank you. What does it cost?\r\n"
)
_CAMPAIGN = keys.campaign("newsletter-december")
_SHARDS = 320


@dataclass(frozen=True, kw_only=True)
class First:
    """A first call. `clients` and `reads` are the floor's; `library` is one that this function must use."""

    event: dict[str, Any]
    clients: tuple[str, ...]
    reads: tuple[str, ...] = (LIVE,)
    queries: int = 0
    library: str = ""


def firsts() -> dict[str, First]:
    """Return the first call of each function, by module."""
    store, mail = ("dynamodb", "s3"), f"send#{SEND}|lead"
    private = (*store, "secretsmanager")
    return {
        "capture.form": First(event=form_post(1), clients=(*private, "sqs")),
        "capture.page": First(event=_get("/pages/whitepaper", page="whitepaper"), clients=store),
        "capture.link": First(event=_get("/c/-", token=_token(Purpose.CLICK)), clients=private, reads=(LIVE, mail)),
        "capture.track": First(event=beacon_post("visitor-1", "view-1"), clients=(*store, "sqs")),
        "capture.beacons": First(
            event=_message(_beacon()), clients=(*store, "sqs"), reads=(LIVE, "visitor#visitor-1|lead")
        ),
        "capture.webhook": First(event=_typeform(), clients=(*private, "sqs")),
        "capture.poll": First(
            event=_message(keys.MEMBERS.ref),
            clients=("dynamodb", "secretsmanager"),
            reads=(keys.MEMBERS.ref,),
            library="simple_salesforce",
        ),
        "score.react": First(event=_message(_activity().key.ref), clients=(*store, "sqs"), reads=(LIVE, _row("state"))),
        "score.sync": First(
            event=_message(_row("due#crm")),
            clients=(*private, "sqs"),
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
        "nurture.tick": First(event={}, clients=("dynamodb", "sqs"), reads=(), queries=_SHARDS),
        "nurture.advance": First(
            event=_message(_row("enrollment#whitepaper#once")), clients=(*store, "sqs"), reads=(LIVE, _row("state"))
        ),
        "nurture.deliver": First(
            event=_message(_row(f"send#{SEND}")), clients=(*private, "sesv2"), reads=(LIVE, _row("profile"))
        ),
        "nurture.crm": First(
            event=_message(_row("request#e1")),
            clients=private,
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
        "nurture.webhook": First(
            event=_message(_row("call#c1")), clients=("dynamodb", "secretsmanager", "sqs"), reads=(_row("call#c1"),)
        ),
        "nurture.walk": First(
            event=_message(keys.walk(_CAMPAIGN, 0).ref), clients=(*store, "sqs"), reads=(LIVE, _CAMPAIGN.ref)
        ),
        "nurture.reply": First(event=_message(_received()), clients=(*private, "sqs"), reads=(LIVE, mail)),
        "nurture.feedback": First(
            event=_message(_delivered()), clients=("dynamodb", "secretsmanager", "sqs"), reads=(_row(f"send#{SEND}"),)
        ),
        "nurture.preferences": First(
            event=_get("/unsubscribe/-", token=_token(Purpose.UNSUBSCRIBE)),
            clients=(*private, "sqs"),
            reads=(LIVE, mail),
        ),
        "notify.alert": First(event=_message(_row(f"alert#{ALERT}")), clients=private),
        "notify.slack": First(
            event=_press(),
            clients=("dynamodb", "secretsmanager", "sqs"),
            reads=(_row(f"alert#{ALERT}"),),
            library="slack_bolt",
        ),
        "notify.act": First(
            event=_message(_row("action#a1")),
            clients=(*private, "sqs"),
            reads=(LIVE, _row("profile")),
            library="simple_salesforce",
        ),
    }


def rows(bundle: Bundle) -> Iterator[Change]:
    """Yield the lead's rows as they are before each first call."""
    now = datetime.now(UTC)
    link = CrmLink(object="Lead", id="00Q000000000001AAA", url="https://crm.example/1")
    profile = Profile(
        id=LEAD,
        email="hanako@example.co.jp",
        created=AT,
        last_name="山田",
        first_name="花子",
        company="株式会社サンプル",
        department="マーケティング部",
        job_title="部長",
        phone="+81312345678",
        crm=link,
    )
    rule_points = {"form": RulePoints(points=30, at=AT, count=1, last=AT, recent=(AT,))}
    yield Create(keys.profile(LEAD), profile)
    yield Create(
        keys.state(LEAD), State(lead=LEAD, rule_points=rule_points, fit=45, rank=Rank.HOT, rank_since=AT, episode=1)
    )
    granted = Permission(granted=True, at=AT, record="r1")
    yield Create(keys.contact(LEAD), Contact(lead=LEAD, consent={"marketing": granted}))
    yield _activity()
    yield Create(keys.crm_mark(LEAD), CrmMark(lead=LEAD, urgent=True), due=now)
    entered = Enrollment(lead=LEAD, journey="whitepaper", key="once", entered=now, bundle=bundle.hash, activity="a1")
    yield Create(keys.enrollment(LEAD, "whitepaper", "once"), entered, due=now)
    send = Send(
        id=SEND,
        lead=LEAD,
        email="whitepaper-delivery",
        mail_class=MailClass.TRANSACTIONAL,
        origin="whitepaper",
        step="send-whitepaper-delivery",
        planned=now,
    )
    yield Create(keys.send(LEAD, SEND), send, due=now)
    yield Create(keys.send_pointer(SEND), SendPointer(lead=LEAD, email="whitepaper-delivery", locale="ja"))
    alert = Alert(id=ALERT, lead=LEAD, kind="hot", planned=now, state=AlertState.PLANNED)
    yield Create(keys.alert(LEAD, ALERT), alert, due=now)
    yield Create(keys.visitor_pointer("visitor-1"), VisitorPointer(lead=LEAD, sure=True))
    yield Create(keys.action(LEAD, "a1"), _action(now), due=now)
    yield Create(keys.MEMBERS, MemberPoll(watched={"Spring Expo": AT}, since=AT), due=now)
    crm_request = CrmRequest(id="e1", lead=LEAD, journey="whitepaper", planned=now, task="Call", due_days=2)
    yield Create(keys.crm_request(LEAD, "e1"), crm_request, due=now)
    url = f"https://127.0.0.1:{os.environ['WEBHOOK_STAND_IN']}/hook"
    call = WebhookCall(id="c1", lead=LEAD, journey="whitepaper", entry="once", step="ask", url=url, planned=now)
    yield Create(keys.call(LEAD, "c1"), call, due=now)
    run = CampaignRun(name="newsletter-december", bundle=bundle.hash, at=AT, since=AT, rest=AT, state=RunState.RUNNING)
    yield Create(_CAMPAIGN, run, due=now)
    yield Create(keys.walk(_CAMPAIGN, 0), Walk(shard=0), due=now)


def _row(sk: str) -> str:
    return f"lead#{LEAD}|{sk}"


def _activity() -> Create[Activity]:
    activity = Activity(id="a1", lead=LEAD, kind=Kind.FORM_SUBMITTED, at=AT, received=AT, subject="whitepaper")
    return Create(keys.activity(LEAD, AT, "a1"), activity, due=AT)


def _action(now: datetime) -> CardAction:
    return CardAction(id="a1", lead=LEAD, alert=ALERT, verb="accept", user="U0123456", user_name="taro", at=now)


def _message(body: str) -> dict[str, Any]:
    record = {"messageId": "1", "eventSource": "aws:sqs", "body": body, "attributes": {}, "messageAttributes": {}}
    return {"Records": [record]}


def _get(path: str, **parameters: str) -> dict[str, Any]:
    return an_event("GET", path, parameters, {}, "", "1")


def _token(purpose: Purpose) -> str:
    key = hmac(SECRET["master"].encode(), b"link", "sha256")
    return sign_token(key, purpose, Link(SEND))


def _delivered() -> str:
    event = {
        "eventType": "Delivery",
        "mail": {
            "messageId": "0100",
            "timestamp": "2026-11-21T03:00:00.000Z",
            "destination": ["hanako@example.co.jp"],
            "tags": {"send": [SEND], "lead": [LEAD]},
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
