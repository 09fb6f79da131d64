"""The activities that the bench measures, each from its request to its fold: at once, or for a click by score.react."""

from base64 import b32encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import score.react
from bench.recorder import Recorder
from bench.requests import SITE, Context, an_event, beacon_post, form_post, messages
from capture import beacons, form, link, track
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Create, keys
from ripen.key_ring import Rotated
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle
from ripen.tracking.link_token import Link, Purpose, sign_token
from ripen.tracking.visitor import VisitorPointer

Act = Callable[[], None]


class LaterClock:
    """The wall clock, ahead by the time that a click waits for its verdict."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Story:
    """Prepares activities. Each method returns a function, and the bench measures its call."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._clock = score.react.clock = LaterClock()  # type: ignore[assignment]
        self._number = 0

    def live(self, bundle: Bundle) -> None:
        """Publish a bundle and make the functions load it at once."""
        publish(bundle, form.table, Playbook(form.table, "bucket"), SITE, datetime.now(UTC))
        for function in (form, link, track, beacons, score.react):
            function.playbook = Playbook(form.table, "bucket")  # type: ignore[attr-defined]
            function.playbook.live()

    def form(self) -> Act:
        """Prepare a stranger's request for the white paper, with consent."""
        self._number += 1
        event = form_post(self._number)

        def act() -> None:
            self._clock.ahead = timedelta()
            answered = form.handler(event, Context())  # type: ignore[arg-type]
            assert answered["statusCode"] == 303, answered

        return act

    def click(self) -> Act:
        """Prepare a click in a mail, with its verdict two minutes later."""
        self.form()()
        lead = self._recorder.wrote("state").partition("|")[0].removeprefix("lead#")
        send = b32encode(sha256(lead.encode()).digest()[:16]).decode().rstrip("=").lower()
        form.table.write(Create(keys.send(lead, send), _accepted_mail(lead, send)))
        token = sign_token(link.secrets.ring(Rotated.LINK), Purpose.CLICK, Link(lead, send))
        event = an_event("GET", f"/c/{token}", {"token": token}, {}, "", f"click{lead}")

        def act() -> None:
            self._clock.ahead = timedelta(minutes=3)
            answered = link.handler(event, Context())  # type: ignore[arg-type]
            assert answered["statusCode"] == 302, answered
            self._react(self._recorder.wrote("activity#"))

        return act

    def beacon(self) -> Act:
        """Prepare a page view in a browser that is known to be the lead's."""
        self.form()()
        lead = self._recorder.wrote("state").partition("|")[0].removeprefix("lead#")
        form.table.write(Create(keys.visitor_pointer(f"visitor-{self._number}"), VisitorPointer(lead=lead, bound=True)))
        event = beacon_post(f"visitor-{self._number}", f"view-{self._number}")

        def act() -> None:
            self._clock.ahead = timedelta()
            answered = track.handler(event, Context())  # type: ignore[arg-type]
            assert answered["statusCode"] == 204, answered
            answered = beacons.handler(messages(self._recorder.posted()), Context())  # type: ignore[arg-type]
            assert not answered["batchItemFailures"], answered

        return act

    def _react(self, ref: str) -> None:
        answered = score.react.handler(messages(ref), Context())
        assert not answered["batchItemFailures"], answered


def _accepted_mail(lead: str, id: str) -> Send:
    return Send(
        id=id,
        lead=lead,
        email="case-study",
        mail_class=MailClass.MARKETING,
        origin="whitepaper",
        step="send-case-study",
        planned=datetime.now(UTC),
        state=SendState.ACCEPTED,
        locale="ja",
    )
