"""A visitor's story, run by the real functions.

The visitor views a page, submits a form at Typeform, opens the mail's link on the phone, and unsubscribes. A client
without an answer repeats its request: a person reloads, a provider and a mailbox retry.
"""

import re
from copy import replace
from dataclasses import dataclass
from itertools import count
from urllib.parse import parse_qs, urlsplit

from cli.local.web import web
from ripen.adapters.playbook import Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import keys
from ripen.lead.address import address_hash
from ripen.playbook.bundle import Bundle, SyncRule, Tracking
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import EngagementRule, HotThreshold
from ripen.tracking.visit import BRIDGE_PARAMETER
from tests.support.builders import a_bundle, a_mail
from tests.support.incoming_requests import HOME, a_beacon, a_typeform, a_visit_to
from tests.support.lead_story import World
from tests.support.story_outcome import Outcome, rows

_SEEN = EngagementRule(code="seen", kind="page_viewed", points=5, words={"ja": "閲覧", "en": "Saw a page"})


def visited_bundle() -> Bundle:
    """Return a playbook in which visits count and nothing goes to Salesforce or Slack, which the other story covers."""
    known = a_bundle()
    delivery, mail = known.emails["whitepaper-delivery"], a_mail(links=(f"{HOME}/pricing",))
    return replace(
        known,
        hash="visits1",
        tracking=Tracking(sites=(HOME,)),
        scoring=replace(
            known.scoring,
            hot=HotThreshold(enter=1000, leave=900, needs="nothing"),
            engagement=(*known.scoring.engagement, _SEEN),
        ),
        sync=SyncRule(when=(Condition(field="company", contains=("nobody",)),)),
        emails=known.emails | {delivery.name: replace(delivery, locales={"ja": mail, "en": mail})},
    )


@dataclass
class Visit:
    world: World

    def begin(self) -> None:
        self.world.begin(visited_bundle().hash)

    def play(self) -> None:
        self.look("desk", "pricing")
        self.world.settle()
        self.fill_in("desk")
        self.world.settle()
        self.look("phone", "", bridge=self.follow())
        self.world.settle()
        self.unsubscribe()
        self.world.settle()

    def look(self, browser: str, page: str, bridge: str = "") -> None:
        beacon = a_beacon(self._visitor(browser), page, self.world.now(), bridge)
        assert self.world.ask("capture.track", lambda: beacon)["statusCode"] == 204

    def fill_in(self, browser: str) -> None:
        filled = a_typeform(self.world.email, self._visitor(browser), self.world.now())
        assert self.world.ask("capture.webhook", lambda: filled)["statusCode"] == 200

    def follow(self) -> str:
        """Click the link in the mail and return the token in the page's address; a second call is a second click."""
        path, token = self._link("c")
        ids = (f"click{self.world.number}.{n}" for n in count())
        answer = self.world.ask("capture.link", lambda: a_visit_to("GET", path, token, next(ids)))
        assert answer["statusCode"] == 302
        return parse_qs(urlsplit(str(answer["headers"]["location"])).query)[BRIDGE_PARAMETER][0]

    def unsubscribe(self) -> None:
        path, token = self._link("unsubscribe")
        answer = self.world.ask("nurture.preferences", lambda: a_visit_to("POST", path, token, "unsubscribe"))
        assert answer["statusCode"] == 200

    def end(self) -> Outcome:
        """Return everything in the table about the lead and its browsers."""
        key = Secrets("secret", self.world.outside.client("secretsmanager")).key("address")
        lead = self.world.table.get(keys.address(address_hash(key, self.world.email)))
        assert lead
        browsers = {f"seen on the {browser}": self._seen(browser) for browser in ("desk", "phone")}
        others = {"mails": len(self.world.mails()), "left on the agenda": [kind for _, kind in self.world.agenda()]}
        return rows(self.world, lead.value.lead) | browsers | others

    def _seen(self, browser: str) -> list[str]:
        found = self.world.table.under(self._visitor(browser), "activity#", of="visitor")
        return [row.value.subject for row in found]

    def _visitor(self, browser: str) -> str:
        return f"{browser}{self.world.number:010}"

    def _link(self, purpose: str) -> tuple[str, str]:
        """Return path and token of the link of this kind in the one mail."""
        mails = web.get(f"{self.world.outside.mailbox.url}/messages.json").json()
        [text] = [mail["text"] for mail in mails if mail["to"] == self.world.email]
        found = re.search(rf"/{purpose}/([\w=-]+)", text)
        assert found, text
        return found[0], found[1]


def published(world: World) -> Visit:
    world.begin()
    Playbook(world.table, "bucket", world.outside.client("s3")).put(visited_bundle())
    return Visit(world)
