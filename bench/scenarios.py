"""The activities whose cost is counted, each from its request until its hand-offs are due."""

import json
import re
from collections.abc import Callable, Sequence
from copy import replace
from datetime import timedelta
from functools import partial
from itertools import batched, pairwise
from typing import Any

from bench.memory_cloud import START, MemoryCloud
from bench.requests import SITE, an_event, form_post
from ripen.adapters.table import Create, Replace, keys
from ripen.campaign import campaign_run
from ripen.ids import send_id
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import ledger
from ripen.mail.content.message import OutgoingMail
from ripen.mail.incoming.feedback import Event
from ripen.mail.ledger import MailClass, Send

FOLD = ("react", "react_bulk", "beacons")
JOURNEYS = (*FOLD, "advance", "deliver", "deliver_bulk")
Work = Callable[[], None]
CAMPAIGN_LEADS = 3_200
ACTIVE_BEACONS = 200
REQUESTED_MAILS = 64
JOURNEY_LEADS = 200
STEPS = 4
_BATCH = 10
"""Of the queue with the events of SES (infra/template.yaml)."""


class Scenarios:
    """Each method prepares one activity and returns the work whose cost is counted."""

    def __init__(self, cloud: MemoryCloud) -> None:
        self._cloud = cloud
        self._number = self._visitors = 0

    def form_of_a_stranger(self) -> Work:
        """Prepare a stranger's request for the white paper."""
        form = self._form()
        return lambda: self._post(form)

    def form_of_a_visitor(self) -> Work:
        """Prepare the same from a browser that came by an ad and saw five pages."""
        form = self._form(visitor := self._visitor())
        self._visit(visitor, "/?utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=Cj0KCQiA")
        for before, page in pairwise(("", "features", "pricing", "cases", "pages/whitepaper")):
            self._visit(visitor, f"/{page}", f"/{before}")
        return lambda: self._post(form)

    def form_of_a_lead(self) -> Work:
        """Prepare the same from a settled lead, to whom the journey sends only the requested mail again."""
        self._settled_lead()
        form = self._form(again=True)
        return lambda: self._post(form)

    def click_of_a_lead(self) -> Work:
        """Prepare a settled lead's next click on a link in its first mail, with its verdict two minutes later."""
        self._settled_lead()
        return self._click()

    def click_that_a_journey_awaits(self) -> Work:
        """Prepare a click in the mail after which the journey waits for one."""
        self._settled_lead()
        self._cloud.pass_time(*JOURNEYS, days=3, minutes=1)
        self._cloud.pass_time(*JOURNEYS, minutes=1)
        self._settle()
        return self._click()

    def beacon_of_a_stranger(self) -> Work:
        """Prepare a page view in a browser that nobody knows."""
        visitor = self._visitor()
        return lambda: self._visit(visitor, "/features")

    def first_beacon_of_a_visit(self) -> Work:
        """Prepare a settled lead's page view on another day."""
        visitor = self._settled_lead()
        self._cloud.pass_time(*FOLD, days=1)
        self._settle()
        return lambda: self._visit(visitor, "/features")

    def following_beacon(self) -> Work:
        """Prepare the third page view of a visit: since the second one, the CRM's next update is due.

        That is at most every 15 minutes (crm_due).
        """
        visitor = self._settled_lead()
        self._cloud.pass_time(*FOLD, days=1)
        self._visit(visitor, "/features")
        self._settle()
        self._cloud.clock.at += timedelta(minutes=2)
        self._visit(visitor, "/cases", "/features")
        self._cloud.clock.at += timedelta(minutes=2)
        return lambda: self._visit(visitor, "/about", "/cases")

    def active_lead(self) -> Work:
        """Prepare ACTIVE_BEACONS page views of one lead, a minute apart, of pages that no journey waits for."""
        self.following_beacon()()
        visitor, paths = f"visitor-{self._visitors}", ("/features", "/cases", "/about")

        def work() -> None:
            for number in range(ACTIVE_BEACONS):
                self._cloud.clock.at += timedelta(minutes=1)
                self._visit(visitor, paths[number % 3], paths[number % 3 - 1])

        return work

    def beacon_that_a_journey_awaits(self) -> Work:
        """Prepare a page view for which the lead's journey waits, in a visit that goes on."""
        visitor = self._settled_lead()
        self._cloud.pass_time(*JOURNEYS, days=3, minutes=1)
        self._cloud.pass_time(*JOURNEYS, minutes=1)
        self._visit(visitor, "/features")
        return lambda: self._visit(visitor, "/pricing", "/features")

    def requested_mails(self) -> Work:
        """Prepare REQUESTED_MAILS mails that leads asked for, from their plans until SES delivered them.

        One mail in 16 also costs the count of its hour.
        """
        leads = []
        for _ in range(REQUESTED_MAILS):
            self._settled_lead()
            leads.append(self._lead())

        def work() -> None:
            for lead in leads:
                self._mail(MailClass.TRANSACTIONAL, "whitepaper-delivery", lead)

        return work

    def marketing_mail(self) -> Work:
        """Prepare a mail of a journey that needs consent, from its plan until SES delivered it."""
        self._settled_lead()
        return partial(self._mail, MailClass.MARKETING, "case-study", self._lead())

    def campaign(self) -> Work:
        """Prepare a campaign to CAMPAIGN_LEADS leads, from its schedule until SES delivered each mail."""
        for number in range(CAMPAIGN_LEADS):
            self._reader(f"reader{number}")
        return self._campaign

    def steps(self) -> Work:
        """Prepare four steps of JOURNEY_LEADS leads: send, wait, branch, send, with the tick before the wait ends."""
        from bench.leads import WAIT_ENDS, Leads  # nurture.advance in it makes its client when it is imported

        leads = Leads()
        refs = leads.enter(JOURNEY_LEADS)

        def work() -> None:
            leads.into_the_wait(refs)
            used = self._cloud.take()
            leads.mailed(refs)
            self._cloud.used.set(used)
            first = self._cloud.table.get(keys.parse(refs[0]))
            assert first and first.due == WAIT_ENDS
            self._cloud.clock.at = WAIT_ENDS - timedelta(seconds=30)
            self._cloud.pass_time()
            leads.to_the_end(refs)

        return work

    # What people do

    def _form(self, visitor: str = "", *, again: bool = False) -> dict[str, Any]:
        self._number += not again
        event = form_post(self._number)
        if again:
            event["body"] = re.sub("nonce=0", "nonce=1", event["body"])
        if visitor:
            event["body"] += f"&visitor={visitor}"
        return event

    def _post(self, event: dict[str, Any]) -> None:
        answered = self._cloud.invoke("capture.form", event)
        assert answered["statusCode"] == 303, answered
        self._cloud.drain(*FOLD)

    def _visitor(self) -> str:
        self._visitors += 1
        return f"visitor-{self._visitors}"

    def _visit(self, visitor: str, path: str, after: str = "") -> None:
        """View a page, on a link of the page `after` if that is given."""
        at = round(self._cloud.clock.at.timestamp() * 1000)
        id = f"{visitor}{path}{at}"
        seen = {"id": id, "type": "page_view", "url": f"{SITE}{path}", "title": "資料", "at": at}
        seen |= {"referrer": f"{SITE}{after}"} if after else {}
        body = json.dumps({"visitor": visitor, "sent": at, "events": [seen]})
        event = an_event("POST", "/track", {}, {"content-type": "text/plain", "origin": SITE}, body, id)
        answered = self._cloud.invoke("capture.track", event)
        assert answered["statusCode"] == 204, answered
        self._cloud.drain(*FOLD)

    def _click(self) -> Work:
        token = re.findall(r"/c/([^\s\"<>?]+)", self._cloud.mails[-1].text)[0]
        event = an_event("GET", f"/c/{token}", {"token": token}, {"accept": "text/html"}, "", token)

        def work() -> None:
            answered = self._cloud.invoke("capture.link", event)
            assert answered["statusCode"] == 302, answered
            self._cloud.pass_time(*FOLD, minutes=2)

        return work

    # States of leads

    def _settled_lead(self) -> str:
        """Let a visitor become a lead and read its first mail; nothing is due. Return the visitor's id."""
        visitor = self._visitor()
        self._post(self._form(visitor))
        self._cloud.pass_time(*JOURNEYS, minutes=1)
        self._click()()
        self._cloud.pass_time(*JOURNEYS, minutes=5)
        self._settle()
        return visitor

    def _settle(self) -> None:
        """Do the hand-offs: nothing of any lead is due for Salesforce and Slack."""
        for lead in {mail.tags["lead"] for mail in self._cloud.mails}:
            for row in self._cloud.table.under(lead, ""):
                if row.due and row.key.sk.startswith(("due#crm", "alert#")):
                    self._cloud.table.write(Replace(row.key, row.value, row.version))

    def _lead(self) -> str:
        return self._cloud.mails[-1].tags["lead"]

    def _reader(self, lead: str) -> None:
        agreed = {"marketing": Permission(granted=True, at=START, record="r")}
        profile = Profile(id=lead, email=f"{lead}@example.co.jp", created=START, last_name="山田")
        self._cloud.table.write(
            Create(keys.profile(lead), profile),
            Create(keys.contact(lead), Contact(lead=lead, consent=agreed)),
            Create(keys.state(lead), State(lead=lead, segments=("newsletter-readers",))),
        )

    # Mails

    def _mail(self, mail_class: MailClass, email: str, lead: str) -> None:
        """Plan a mail as nurture.advance does, and let it be sent and delivered."""
        now = self._cloud.clock.now()
        send = Send(
            id=send_id("bench", "once", "send", 1, lead),
            lead=lead,
            email=email,
            mail_class=mail_class,
            origin="whitepaper",
            step="send",
            planned=now,
            valid_until=now + timedelta(days=7),
        )
        key = keys.send(lead, send.id)
        self._cloud.table.write(Create(key, send, due=now, lane=ledger.lane(send)))
        if mail_class is MailClass.TRANSACTIONAL:
            self._cloud.hand("deliver", key.ref)
        else:
            self._cloud.pass_time("deliver_bulk", minutes=1)
        self._report([self._cloud.mails[-1]])

    def _campaign(self) -> None:
        bundle, now = self._cloud.bundle, self._cloud.clock.now()
        campaign = replace(bundle.campaigns["newsletter"], canary=0.0, per_hour=None)
        run = campaign_run.schedule(campaign, bundle.hash, now, "bench", now)
        self._cloud.table.write(Create(keys.campaign(campaign.name), run, due=now))
        mails = len(self._cloud.mails)
        for _ in range(45):
            self._cloud.pass_time("walk", "deliver_bulk", minutes=1)
        assert len(self._cloud.mails) - mails == CAMPAIGN_LEADS, len(self._cloud.mails) - mails
        self._report(self._cloud.mails[mails:])

    def _report(self, mails: Sequence[OutgoingMail]) -> None:
        """Let SES report that it accepted and delivered the mails, in batches of ten events as under load."""
        for some in batched(mails, _BATCH, strict=False):
            for event in (Event.SENT, Event.DELIVERED):
                events = [json.dumps(_ses_event(event, mail, self._now())) for mail in some]
                self._cloud.hand("feedback", *(json.dumps({"Message": each}) for each in events))

    def _now(self) -> str:
        return self._cloud.clock.now().isoformat()


def _ses_event(event: Event, mail: OutgoingMail, at: str) -> dict[str, Any]:
    about = {
        "timestamp": at,
        "messageId": mail.tags["send_id"],
        "destination": [mail.to],
        "tags": {name: [value] for name, value in mail.tags.items()},
    }
    return {"eventType": event, "mail": about, event.lower(): {"timestamp": at, "recipients": [mail.to]}}
