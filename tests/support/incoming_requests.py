"""The web requests of a story, as API Gateway passes them on."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import datetime
from time import time as wall_time
from typing import Any
from urllib.parse import urlencode

from tests.support.gateway_events import an_event
from tests.support.slack_workspace import SIGNING_SECRET

HOME = "https://www.example.co.jp"
TYPEFORM_SECRET = "typeform secret"


def a_form(email: str, number: int) -> dict[str, Any]:
    """Return a form posted by a company's own script."""
    person = {
        "email": email,
        "last_name": "山田",
        "first_name": "花子",
        "company": f"株式会社見本{number}",
        "job_title": "部長",
        "phone": "03-1234-5678",
        "consent": "yes",
    }
    headers = {"content-type": "application/json", "idempotency-key": f"key{number}"}
    return an_event("POST", "/forms/whitepaper", {"form": "whitepaper"}, headers=headers, body=json.dumps(person))


def a_press(card: dict[str, Any], user: str, trigger: str) -> dict[str, Any]:
    """Return the press of Accept on this card, as Slack posts it."""
    [value] = [
        part["value"] for block in card["blocks"] for part in block.get("elements", []) if part.get("value")
        if part["action_id"] == "accept"
    ]  # fmt: skip
    payload = {
        "type": "block_actions",
        "team": {"id": "T0RIPEN"},
        "user": {"id": f"U0{user.upper()}", "name": user, "username": user},
        "trigger_id": trigger,
        "response_url": "",
        "actions": [{"type": "button", "action_id": "accept", "block_id": "act", "value": value}],
    }
    return _from_slack(urlencode({"payload": json.dumps(payload)}))


def a_command(text: str) -> dict[str, Any]:
    """Return the command /ripen with this text, as Slack posts it."""
    return _from_slack(urlencode({"command": "/ripen", "text": text, "user_id": "U0ALICE", "team_id": "T0RIPEN"}))


def _from_slack(body: str) -> dict[str, Any]:
    stamp = str(int(wall_time()))
    seal = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={seal}",
    }
    return an_event("POST", "/slack", {}, headers=headers, body=body)


def a_beacon(visitor: str, page: str, at: datetime, bridge: str = "") -> dict[str, Any]:
    """Return the beacon of a page view."""
    stamp = round(at.timestamp() * 1000)
    seen = {"id": f"saw-{page}", "type": "page_view", "url": f"{HOME}/{page}", "at": stamp}
    body = json.dumps({"visitor": visitor, "events": [seen], "sent": stamp, "bridge": bridge})
    return an_event("POST", "/track", {}, headers={"origin": HOME}, body=body)


def a_typeform(email: str, visitor: str, at: datetime) -> dict[str, Any]:
    """Return the webhook of a form filled in at Typeform."""
    answers = {"q_email": ("email", email), "q_name": ("text", "山田")}
    response = {
        "form_id": "abc123",
        "token": f"of {visitor}",
        "submitted_at": at.isoformat(),
        "hidden": {"visitor": visitor},
        "answers": [{"type": kind, kind: said, "field": {"ref": ref}} for ref, (kind, said) in answers.items()],
    }
    body = json.dumps({"event_type": "form_response", "form_response": response})
    seal = b64encode(hmac.digest(TYPEFORM_SECRET.encode(), body.encode(), "sha256")).decode()
    headers = {"typeform-signature": f"sha256={seal}"}
    return an_event("POST", "/webhooks/typeform", {"source": "typeform"}, headers=headers, body=body)


def a_visit_to(method: str, path: str, token: str, id: str) -> dict[str, Any]:
    """Return a request for a link of ours by a browser; `id` is API Gateway's request id."""
    headers = {"user-agent": "Mozilla/5.0", "accept": "text/html", "sec-fetch-mode": "navigate"}
    return an_event(method, path, {"token": token}, id=id, headers=headers)
