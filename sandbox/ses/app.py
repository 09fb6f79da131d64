"""One ASGI application: SES's API under /v2/email, the mailbox at /, and /_control for faults and incoming mail."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.ses.answer import answer
from sandbox.ses.api import Api
from sandbox.ses.checks import Refused
from sandbox.ses.events import Wire, record, reported
from sandbox.ses.faults import MODES, Faults
from sandbox.ses.message import Kept
from sandbox.ses.receiving import Receiving
from sandbox.ses.store import Store

_PAGE = Path(__file__).with_name("mailbox.html")
_NEW_TAB = '<base target="_blank">'


def build(
    folder: Path, now: Callable[[], datetime], publish: Callable[[dict[str, Any]], None], receiving: Receiving
) -> Starlette:
    """Return SES over HTTP.

    It keeps its state under `folder` and takes the time from `now`. It passes each event record to `publish`, which
    stands for the SNS topic, and replies to `receiving`.
    """
    store, faults = Store(folder), Faults()
    wire = Wire(publish, faults)
    mailbox, control = Mailbox(store, receiving, now), Control(store, faults, wire, receiving, now)
    return Starlette(
        routes=[
            *Api(store, faults, wire, now).routes(),
            Route("/", mailbox.page),
            Route("/messages.json", mailbox.messages),
            Route("/list.json", mailbox.list),
            Route("/messages/{id}", mailbox.message),
            Route("/messages/{id}/html", mailbox.html),
            Route("/messages/{id}/raw", mailbox.raw),
            Route("/messages/{id}/reply", mailbox.reply, methods=["POST"]),
            Route("/_control/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_control/settled", control.settled),
            Route("/_control/release", control.release, methods=["POST"]),
            Route("/_control/receive", control.receive, methods=["POST"]),
            Route("/_control/messages/{id}/{event}", control.feedback, methods=["POST"]),
        ]
    )


class Mailbox:
    """The mailbox that people and `ripen mailbox` look at."""

    def __init__(self, store: Store, receiving: Receiving, now: Callable[[], datetime]) -> None:
        self._store = store
        self._receiving = receiving
        self._now = now

    def page(self, request: Request) -> Response:
        return HTMLResponse(_PAGE.read_text())

    def messages(self, request: Request) -> Response:
        return JSONResponse(self._store.mails())

    def list(self, request: Request) -> Response:
        """Return the mails, newest first, without their bodies."""
        return JSONResponse(
            [
                {
                    "id": kept.id,
                    "to": ", ".join(kept.recipients),
                    "from": kept.sender,
                    "subject": kept.subject,
                    "at": kept.at,
                    "outcome": kept.outcome,
                }
                for kept in reversed(self._store.all())
            ]
        )

    def message(self, request: Request) -> Response:
        return JSONResponse(self._store.mail(_known(self._store, request).id))

    def html(self, request: Request) -> Response:
        """Return the HTML part alone, sandboxed: no scripts, no forms, links open in a new tab."""
        policy = "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'; form-action 'none'"
        html = self._store.mail(_known(self._store, request).id)["html"]
        return HTMLResponse(_NEW_TAB + html, headers={"content-security-policy": policy})

    def raw(self, request: Request) -> Response:
        return Response(self._store.raw(_known(self._store, request).id), media_type="text/plain; charset=utf-8")

    async def reply(self, request: Request) -> Response:
        """Reply to the mail in its recipient's name.

        POST {"text", "automatic"}; for a forged reply also {"dmarc": "FAIL", "to": an address without our signature}.
        """
        asked, mail = await request.json(), self._store.mail(_known(self._store, request).id)
        sender, to, raw = answer(mail, str(asked.get("text", "")), bool(asked.get("automatic")), self._now())
        try:
            to = str(asked.get("to") or to)
            await run_in_threadpool(self._receiving.take, sender, [to], raw, str(asked.get("dmarc") or "PASS"))
        except Refused as refused:
            return JSONResponse({"error": refused.message, "to": to}, refused.status)
        return JSONResponse({"to": to})


class Control:
    """Controls for tests and demonstrations."""

    def __init__(
        self, store: Store, faults: Faults, wire: Wire, receiving: Receiving, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._faults = faults
        self._wire = wire
        self._receiving = receiving
        self._now = now

    async def faults(self, request: Request) -> Response:
        """Set faults with POST {"mode", "count", "seconds"}, show the remaining ones with GET, clear with DELETE."""
        if request.method == "DELETE":
            self._faults.clear()
        if request.method == "POST":
            asked = await request.json()
            if asked.get("mode") not in MODES:
                return JSONResponse({"error": "no such mode", "modes": MODES}, 400)
            self._faults.seconds = float(asked.get("seconds", self._faults.seconds))
            self._faults.set(asked["mode"], int(asked.get("count", 1)))
        return JSONResponse(self._faults.left())

    def settled(self, request: Request) -> Response:
        """Answer when the events of all mails so far are published."""
        self._wire.drain()
        return JSONResponse({})

    def release(self, request: Request) -> Response:
        return JSONResponse({"released": self._wire.release()})

    async def receive(self, request: Request) -> Response:
        """Receive a mail as over SMTP, with this envelope: POST {"from", "to": [...], "raw"}."""
        asked = await request.json()
        try:
            id = await run_in_threadpool(self._receiving.take, asked["from"], asked["to"], asked["raw"].encode())
        except Refused as refused:
            return JSONResponse({"error": refused.message}, refused.status)
        return JSONResponse({"id": id})

    def feedback(self, request: Request) -> Response:
        """Publish an event about a mail sent before: POST /_control/messages/<id>/bounce|complaint|delivery|reject."""
        kept, event = _known(self._store, request), request.path_params["event"].capitalize()
        if event not in ("Bounce", "Complaint", "Delivery", "Reject", "Send"):
            return JSONResponse({"error": "no such event"}, 404)
        if event.upper() in self._store.set_of(kept.configuration_set)["suppressed"]:
            for address in kept.recipients:
                self._store.suppress(address, event.upper(), self._now())
        destinations = self._store.set_of(kept.configuration_set)["destinations"]
        self._wire.publish(reported([record(kept, event, self._now())], destinations))
        return JSONResponse({"published": event})


def _known(store: Store, request: Request) -> Kept:
    kept = store.kept(str(request.path_params["id"]))
    if kept is None:
        raise HTTPException(404, "no such mail")
    return kept
