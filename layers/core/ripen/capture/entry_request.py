"""A lead is asked into a journey from outside, by a signed request: what the request says, whether the journey is open to it,
and the activity that it becomes."""

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
"""What every entry by a hand says; no fact may be called so."""
MOST_FACTS = 20
_LARGEST = 64 * 1024
_NAMES = ("journey", "email", "key", "facts")
_LONGEST = {"key": 255, "facts": 500}


class EntryRequest(Struct, frozen=True, kw_only=True):
    """`key` is what this is: the same key asks the same lead into the same journey once. `email` is normalised."""

    journey: str
    email: str
    key: str
    facts: dict[str, str] = {}


def read(body: bytes, idempotency_key: str) -> EntryRequest:
    """What the request asks for; its key is the body's, else the header's. Raises Rejected with what to write instead."""
    found = _object(body)
    for name in found:
        if name not in _NAMES:
            raise Rejected(f"the body takes {', '.join(_NAMES)} and nothing else", field=name)
    journey, email = found.get("journey"), found.get("email")
    if not isinstance(journey, str) or not journey:
        raise Rejected("say the journey's name, as its file is called", field="journey")
    if not isinstance(email, str) or not email:
        raise Rejected("say the lead's e-mail address", field="email")
    key = _text("key", found.get("key"), "key") or _text("key", idempotency_key, "idempotency-key")
    if not key:
        raise Rejected("say a `key` (or a header Idempotency-Key): by it a repetition is known", field="key")
    facts = found.get("facts") or {}
    if not isinstance(facts, dict):
        raise Rejected('facts are an object: {"order": "4711"}', field="facts")
    known = {name: _text("facts", value, f"facts.{name}") for name, value in facts.items()}
    return EntryRequest(journey=journey, email=normalise(email), key=key, facts={n: v for n, v in known.items() if v})


def requested_entry(invitation: EntryRequest, journey: Journey | None, lead: str, now: datetime) -> Activity:
    """The lead is asked in, as by a hand: the journey's own `who` and `again` decide. Raises Rejected where its file does not
    let requests in, or not with these facts."""
    on = _door(journey)
    for name in invitation.facts:
        if name not in on.facts:
            takes = f"takes {', '.join(on.facts)}" if on.facts else "takes none"
            raise Rejected(f"the journey {takes}: add it to `api: […]` of its file", field=f"facts.{name}")
    key = invitation.facts.get(on.key, "") if on.key else invitation.key
    if not key:
        raise Rejected(f"the journey is entered once for each {on.key}: say it", field=f"facts.{on.key}")
    entries = Entries(journey=invitation.journey, key=invitation.key, by="api", at=now)
    made = entry_activity(entries, lead, now)
    return replace(made, facts=invitation.facts | made.facts | {"key": key})


def _door(journey: Journey | None) -> OnRequest:
    if journey is None:
        raise Rejected("the live playbook has no such journey", field="journey", status=404)
    for trigger in journey.enrol:
        if isinstance(trigger, OnRequest):
            return trigger
    message = "no request may enter this journey: its file says `enrol: {on: {api: []}}` where one may"
    raise Rejected(message, field="journey", status=403)


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
    """A plain value as text; "" for nothing."""
    match value:
        case None:
            return ""
        case str():
            text = clean(value)
        case bool() | int() | float():
            text = json.dumps(value)
        case _:
            raise Rejected("a text, a number, true or false is wanted here", field=field)
    if text is None or len(text) > _LONGEST[kind]:
        raise Rejected(f"at most {_LONGEST[kind]} characters are wanted here, and no control characters", field=field)
    return text
