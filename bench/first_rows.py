"""The rows of one lead, each of them due, as they are before the first call of each function."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from ripen.adapters.table import Change, Create, keys
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.campaign.walk import Refolding, Walk
from ripen.crm.incoming.membership import MemberPoll
from ripen.ids import alert_id
from ripen.journey.crm_request import CrmRequest
from ripen.journey.enrollment import Enrollment
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert, AlertState
from ripen.tracking.visitor import VisitorPointer

LEAD, SEND = "lead1", "a" * 26
ALERT = alert_id(LEAD, "hot", 1)
_AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
CAMPAIGN = keys.campaign("newsletter-december")


def rows(bundle: Bundle) -> Iterator[Change]:
    """Yield the rows that the first calls read."""
    now = datetime.now(UTC)
    yield from _lead()
    yield from _due_work(bundle, now)
    yield from _refolding(bundle, now)
    yield from _mail(now)
    yield from _sales(now)
    yield from _campaign(bundle, now)


def activity() -> Create[Activity]:
    """Return the row of the lead's form submission."""
    submitted = Activity(id="a1", lead=LEAD, kind=Kind.FORM_SUBMITTED, at=_AT, received=_AT, subject="whitepaper")
    return Create(keys.activity(LEAD, _AT, "a1"), submitted, due=_AT)


def _lead() -> Iterator[Change]:
    profile = Profile(
        id=LEAD,
        email="hanako@example.co.jp",
        created=_AT,
        last_name="山田",
        first_name="花子",
        company="株式会社サンプル",
        department="マーケティング部",
        job_title="部長",
        phone="+81312345678",
        crm=CrmLink(object="Lead", id="00Q000000000001AAA", url="https://crm.example/1"),
    )
    points = {"form": RulePoints(points=30, at=_AT)}
    state = State(lead=LEAD, rule_points=points, fit=45, rank=Rank.HOT, rank_since=_AT, episode=1)
    granted = Permission(granted=True, at=_AT, record="r1")
    yield Create(keys.profile(LEAD), profile)
    yield Create(keys.state(LEAD), state)
    yield Create(keys.contact(LEAD), Contact(lead=LEAD, consent={"marketing": granted}))
    yield Create(keys.visitor_pointer("visitor-1"), VisitorPointer(lead=LEAD, bound=True))
    yield activity()


def _refolding(bundle: Bundle, now: datetime) -> Iterator[Change]:
    """Yield a recalculation, and its walk through the first shard."""
    yield Create(keys.REFOLDING, Refolding(lap=1, bundle=bundle.hash, at=now))
    yield Create(keys.walk(keys.REFOLDING, 0), Walk(shard=0), due=now)


def _due_work(bundle: Bundle, now: datetime) -> Iterator[Change]:
    """Yield an enrollment, and what a journey asks of Salesforce and of a webhook."""
    entered = Enrollment(lead=LEAD, journey="whitepaper", key="once", entered=now, bundle=bundle.hash, activity="a1")
    yield Create(keys.enrollment(LEAD, "whitepaper", "once"), entered, due=now)
    crm_request = CrmRequest(id="e1", lead=LEAD, journey="whitepaper", planned=now, task="Call", due_days=2)
    yield Create(keys.crm_request(LEAD, "e1"), crm_request, due=now)
    url = f"https://127.0.0.1:{os.environ['WEBHOOK_STAND_IN']}/hook"
    call = WebhookCall(id="c1", lead=LEAD, journey="whitepaper", entry="once", step="ask", url=url, planned=now)
    yield Create(keys.call(LEAD, "c1"), call, due=now)


def _mail(now: datetime) -> Iterator[Change]:
    send = Send(
        id=SEND,
        lead=LEAD,
        email="whitepaper-delivery",
        mail_class=MailClass.TRANSACTIONAL,
        origin="whitepaper",
        step="send-whitepaper-delivery",
        planned=now,
        locale="ja",
    )
    yield Create(keys.send(LEAD, SEND), send, due=now)


def _sales(now: datetime) -> Iterator[Change]:
    """Yield an alert, a press on its card, and what goes to Salesforce and comes from it."""
    alert = Alert(id=ALERT, lead=LEAD, kind="hot", planned=now, state=AlertState.PLANNED)
    yield Create(keys.alert(LEAD, ALERT), alert, due=now)
    press = CardAction(id="a1", lead=LEAD, alert=ALERT, verb="accept", user="U0123456", user_name="taro", at=now)
    yield Create(keys.action(LEAD, "a1"), press, due=now)
    yield Create(keys.crm_mark(LEAD), CrmMark(lead=LEAD, urgent=True), due=now)
    yield Create(keys.MEMBERS, MemberPoll(watched={"Spring Expo": _AT}, since=_AT), due=now)


def _campaign(bundle: Bundle, now: datetime) -> Iterator[Change]:
    run = CampaignRun(
        name="newsletter-december", bundle=bundle.hash, at=_AT, since=_AT, rest=_AT, state=RunState.RUNNING
    )
    yield Create(CAMPAIGN, run, due=now)
    yield Create(keys.walk(CAMPAIGN, 0), Walk(shard=0), due=now)
