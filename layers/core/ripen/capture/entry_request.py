"""A signed request from another system that a lead enters a journey: its parsing, its check, and its activity."""

import json
from copy import replace
from datetime import datetime

import msgspec
from msgspec import Struct

from ripen.campaign.walk import Entries, entry_activity
from ripen.errors import Rejected
from ripen.lead.activity import Activity
from ripen.lead.address import normalise
from ripen.lead.text import clean
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnRequest

RESERVED_FACTS = ("key", "by")
"""Names that every requested entry uses; no fact may have one of them."""
MOST_FACTS = 20
_LARGEST = 64 * 1024
_NAMES = ("journey", "email", "key", "facts")
_LONGEST = {"key": 255, "facts": 500}


class EntryRequest(Struct, frozen=True, kw_only=True):
    """A request. The same key enters the same lead into the same journey once; `email` is normalised."""

    journey: str
    email: str
    key: str
    facts: dict[str, str] = {}


def read(body: bytes, idempotency_key: str) -> EntryRequest:
    """Return the request; its key is the body's, else the header's. Raise Rejected with what to write instead."""
    found = _object(body)
    for name in found:
        if name not in _NAMES:
            raise Rejected(f"the body takes {', '.join(_NAMES)} and nothing else", field=name)
    journey = _required(found, "journey", "send the journey's name, which is the name of its file")
    email = _required(found, "email", "send the lead's e-mail address")
    key = _text("key", found.get("key"), "key") or _text("key", idempotency_key, "idempotency-key")
    if not key:
        raise Rejected("send a `key` or a header Idempotency-Key: it identifies a repeated request", field="key")
    return EntryRequest(journey=journey, facts=_facts(found), email=normalise(email), key=key)


def requested_entry(invitation: EntryRequest, journey: Journey | None, lead: str, now: datetime) -> Activity:
    """Return the activity of the request; the journey's `who` and `again` decide whether the lead enters.

    Raise Rejected if the journey's file does not allow requests, or not with these facts.
    """
    on = _api_trigger(journey)
    for name in invitation.facts:
        if name not in on.facts:
            allowed = f"allows the facts {', '.join(on.facts)}" if on.facts else "allows no facts"
            raise Rejected(f"the journey {allowed}: add this fact to `api: […]` in its file", field=f"facts.{name}")
    key = invitation.facts.get(on.key, "") if on.key else invitation.key
    if not key:
        raise Rejected(f"a lead enters the journey once for each {on.key}: send it", field=f"facts.{on.key}")
    entries = Entries(journey=invitation.journey, key=invitation.key, by="api", at=now)
    made = entry_activity(entries, lead, now)
    return replace(made, facts=invitation.facts | made.facts | {"key": key})


def _api_trigger(journey: Journey | None) -> OnRequest:
    if journey is None:
        raise Rejected("the live playbook has no such journey", field="journey", status=404)
    for trigger in journey.enrol:
        if isinstance(trigger, OnRequest):
            return trigger
    message = "this journey does not allow requests: add `enrol: {on: {api: []}}` to its file"
    raise Rejected(message, field="journey", status=403)


def _required(found: dict[str, object], name: str, message: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise Rejected(message, field=name)
    return value


def _facts(found: dict[str, object]) -> dict[str, str]:
    facts = found.get("facts") or {}
    if not isinstance(facts, dict):
        raise Rejected('send facts as an object: {"order": "4711"}', field="facts")
    texts = {name: _text("facts", value, f"facts.{name}") for name, value in facts.items()}
    return {name: text for name, text in texts.items() if text}


def _object(body: bytes) -> dict[str, object]:
    if len(body) > _LARGEST:
        raise Rejected("the body is larger than 64 KB", status=413)
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected("the body is not valid JSON") from None
    if not isinstance(found, dict):
        raise Rejected('the body is not a JSON object: {"journey": …, "email": …, "key": …}')
    return found


def _text(kind: str, value: object, field: str) -> str:
    """Return a plain value as text; "" for null."""
    match value:
        case None:
            return ""
        case str():
            text = clean(value)
        case bool() | int() | float():
            text = json.dumps(value)
        case _:
            raise Rejected("send a text, a number, true or false", field=field)
    if text is None or len(text) > _LONGEST[kind]:
        raise Rejected(f"send at most {_LONGEST[kind]} characters, and no control characters", field=field)
    return text
