"""The actions behind the buttons: those of a visitor, of a colleague in sales, and of passing time."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from threading import Lock, Thread
from typing import Any

import httpx

from cli.local.clock import walk
from cli.local.home import LocalCloud
from cli.local.web import web
from cli.stack.stack import Stack
from ripen.failure import Failure
from ripen.operations.leads.report import lead_report
from ripen.tracking.visit import BRIDGE_PARAMETER
from sandbox.slack.workspace import SALES

_FORM = "whitepaper"
_SECONDS = 40
_CLICK = re.compile(r'href="([^"]+/c/[^"]+)"')
_STOP = re.compile(r'href="([^"]+/unsubscribe/[^"]+)"')
_BOB = "U0BOB"
PEOPLE: dict[str, dict[str, str]] = {
    "ja": {
        "last_name": "山田",
        "first_name": "花子",
        "company": "株式会社サンプル商事",
        "department": "情報システム部",
        "job_title": "部長",
        "phone": "03-1234-5678",
    },
    "en": {
        "last_name": "Miller",
        "first_name": "Jane",
        "company": "Sample Trading Inc.",
        "department": "Marketing",
        "job_title": "Director",
        "phone": "+1 212 555 0123",
    },
}


def new_person(lang: str) -> dict[str, str]:
    """Return the answers of a person who is no lead yet."""
    return {"email": f"{token_hex(3)}@sample-shoji.example.jp"} | PEOPLE[lang]


def _browser(email: str) -> str:
    """Return the visitor id that our script would keep in this person's browser."""
    return sha256(email.encode()).hexdigest()[:32]


class Actions:
    """The actions. Each raises Failure with the next step."""

    def __init__(self, stack: Callable[[], Stack], status: Callable[[], LocalCloud]) -> None:
        self._stack = stack
        self._status = status
        self._passing = Lock()
        self._walked = 0.0
        self._failed = ""

    @property
    def time_passes(self) -> str:
        """Return how far the clock has moved in percent, "" while it just ticks."""
        return f"{self._walked * 100:.0f}" if self._passing.locked() else ""

    @property
    def failed(self) -> str:
        """Return why the clock could not be moved the last time, or ""."""
        return self._failed

    def form(self, answers: Mapping[str, str]) -> None:
        """Submit the form."""
        sent = dict(answers) | {"visitor": _browser(answers.get("email", ""))}
        answer = web.post(f"{self._status().api}/forms/{_FORM}", json=sent)
        if answer.is_error:
            said = answer.json()
            raise Failure(f"{said.get('field') or 'form'}: {said.get('error', answer.status_code)}")

    def click(self, email: str) -> None:
        """Follow the link in the latest mail, as a browser does: the script of the page that opens sends a beacon."""
        headers = {"user-agent": "Mozilla/5.0", "accept": "text/html", "sec-fetch-mode": "navigate"}
        shown = httpx.get(self._link(email, _CLICK), headers=headers, follow_redirects=True, timeout=_SECONDS)
        if token := shown.url.params.get(BRIDGE_PARAMETER):
            self._view(email, str(shown.url.copy_remove_param(BRIDGE_PARAMETER)), {"bridge": token})

    def visit(self, email: str) -> None:
        """View the pricing page, whose script sends a beacon."""
        self._view(email, f"{self._status().api}/pages/pricing", {})

    def _view(self, email: str, url: str, bridge: Mapping[str, str]) -> None:
        """Send the beacon of a page; `bridge` has the token of the click that opened it, if there was one."""
        api, now = self._status().api, self._stack().clock.now().isoformat()
        view = {"id": token_hex(8), "type": "page_view", "url": url, "at": now}
        beacon = {"visitor": _browser(email), "sent": now, "events": [view], **bridge}
        answer = web.post(f"{api}/track", json=beacon)
        if answer.is_error:
            raise Failure(f"The visit was not taken: {answer.text}")

    def unsubscribe(self, email: str) -> None:
        """Open the unsubscribe link of the latest mail and press its button."""
        web.post(self._link(email, _STOP), data={"List-Unsubscribe": "One-Click"})

    def accept(self, email: str) -> None:
        """Bob presses Accept on the lead's card in Slack."""
        self._press(email, "accept")

    def not_a_fit(self, email: str) -> None:
        self._press(email, "not_fit")

    def pass_time(self, by: timedelta) -> None:
        """Start to move the clock and return at once: days take a while."""
        if not self._passing.acquire(blocking=False):
            raise Failure("Time is passing already.")
        self._walked, self._failed = 0.0, ""
        Thread(target=self._walk, args=(by,), daemon=True).start()

    def _walk(self, by: timedelta) -> None:
        def passed(done: timedelta) -> None:
            self._walked = min(1.0, done / by)

        try:
            stack = self._stack()
            walk(stack, stack.clock.now() + by, passed)
        except Failure as failure:
            self._failed = failure.what
        finally:
            self._passing.release()

    def _link(self, email: str, pattern: re.Pattern[str]) -> str:
        mailbox = self._status().mailbox
        for mail in web.get(f"{mailbox}/list.json").json():
            if mail["to"] == email:
                html = web.get(f"{mailbox}/messages/{mail['id']}").json()["html"]
                if found := pattern.search(html):
                    return found[1]
        raise Failure("There is no mail with such a link yet.", "Fill in the form first.")

    def _press(self, email: str, action: str) -> None:
        stack = self._stack()
        found = lead_report(email, stack.table, stack.playbook, stack.secrets, stack.clock.now())
        stamps = {alert["ts"] for alert in found["alerts"]}
        slack = self._status().slack
        for card in web.get(f"{slack}/messages.json").json():
            button = _button(card["blocks"], action) if card["ts"] in stamps else None
            if button:
                pressed = {"channel": SALES, "messageTs": card["ts"], "user": _BOB, "action": button}
                web.post(f"{slack}/_control/interact", json=pressed)
                return
        raise Failure(
            "There is no such button on a card about this lead.",
            "First click the link in the mail.",
        )


def _button(blocks: list[dict[str, Any]], action: str) -> dict[str, Any] | None:
    elements = [element for block in blocks for element in block.get("elements", [])]
    return next((element for element in elements if element.get("action_id") == action), None)
