"""Requests to public paths for hypothesis: forms and beacons, most of them well-formed."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from ripen.adapters.edge import ADDRESS_HEADER, KEY_HEADER
from ripen.capture.challenge import TOKEN_FIELD
from ripen.tracking.beacon import EventType
from tests.support.edge_manager import EdgeManager
from tests.support.fakes import NOON
from tests.support.gateway_events import SITE
from tests.support.hostile_input import BROKEN, HIDDEN, TEXTS

NAMES = ("email", "last_name", "first_name", "company", "department", "job_title", "phone", "full_name", "consent")
CARRIED = (
    "page",
    "nonce",
    "lang",
    "page_url",
    "referrer",
    "utm_source",
    "gclid",
    "website",
    "氏名",
    "mail",
    TOKEN_FIELD,
    "",
)
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "")
KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "")
LONGEST_QUERY = 10_240
"""API Gateway refuses requests whose line and headers are longer (HTTP API quotas)."""

words = st.sampled_from([*TEXTS.values(), *HIDDEN.values(), *BROKEN.values()]) | st.text(max_size=60)
good = st.sampled_from(
    ["hanako@example.co.jp", "ja", "en", "on", "whitepaper", "https://go.example.jp/pages/x?utm_source=a"]
)
values = words | good | st.just("長" * 30_000)
fields = st.lists(st.tuples(st.sampled_from(NAMES + CARRIED) | st.text(max_size=9), values), max_size=5)
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw bodies with a content type: forms as browsers and scripts send them, and others."""
    found = draw(st.just([]) | fields)
    if draw(st.booleans()):
        found = [pair for pair in found if pair[0] not in ("email", "mail")] + [("email", "hanako@example.co.jp")]
    match draw(st.sampled_from(["urlencoded", "urlencoded", "json", "multipart", "deep", "anything", "bytes"])):
        case "urlencoded":
            return KINDS[0], urlencode(found, errors="replace").encode()
        case "json":
            return KINDS[1], json.dumps(dict(found)).encode()
        case "multipart":
            parts = [
                f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in found
            ]
            return KINDS[2], ("".join(parts) + "--x--\r\n").encode(errors="replace")
        case "deep":
            return KINDS[1], b'{"a":' * 5000
        case "anything":
            return KINDS[1], json.dumps(draw(anything)).encode()
        case _:
            return draw(st.sampled_from(KINDS)), b"email=" + draw(st.binary(max_size=400))


@st.composite
def events(draw: st.DrawFn, methods: str, *parameters: str) -> dict[str, Any]:
    """Draw events that API Gateway may pass on, most of them well-formed.

    `methods` are the path's own; `parameters` are valid values of its only variable part.
    """
    part = draw(mostly(st.sampled_from(parameters), words))
    kind, body = draw(bodies())
    encoded = not _is_text(body) or draw(st.booleans())
    known = {"content-type": mostly(st.just(kind), words), "accept": st.sampled_from(["text/html", "*/*"])}
    more = dict.fromkeys(("accept-language", "referer", "host", "idempotency-key", "cookie"), words)
    more |= {KEY_HEADER: mostly(st.just(EdgeManager.key), words), ADDRESS_HEADER: mostly(st.just("2001:db8::1"), words)}
    origin = {"origin": mostly(st.sampled_from(["", SITE, "https://www.ripen.example"]), words)}
    return {
        "rawPath": "/x/" + quote(part, errors="replace"),
        "rawQueryString": draw(fields.map(lambda found: urlencode(found, errors="replace")) | words)[:LONGEST_QUERY],
        "headers": draw(st.fixed_dictionaries(known, optional=more | origin)),
        "pathParameters": dict.fromkeys(("form", "page", "token", "source"), part),
        "requestContext": {
            "http": {"method": draw(mostly(st.sampled_from(methods.split()), st.sampled_from(METHODS)))}
        },
        "body": b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }


@st.composite
def beacons(draw: st.DrawFn) -> bytes:
    """Draw beacons of our script's shape with any values."""
    address = mostly(st.sampled_from([f"{SITE}/pricing", f"{SITE}/?utm_source=a&rpn=b#c"]), words)
    moment = st.just(round(NOON.timestamp() * 1000)) | st.integers() | st.floats() | words
    about = {"title": values, "referrer": address, "target": address, "seconds": anything, "scroll": anything}
    event = st.fixed_dictionaries(
        {"id": mostly(st.just("e1"), words), "type": mostly(st.sampled_from(list(EventType)), words), "url": address},
        optional=about | {"at": moment},
    )
    beacon = {
        "visitor": draw(mostly(st.just("0123456789abcdef"), words)),
        "events": draw(mostly(st.lists(event, min_size=1, max_size=3), anything)),
        "sent": draw(moment),
        "bridge": draw(words),
    }
    return json.dumps(beacon).encode()


def _is_text(body: bytes) -> bool:
    try:
        return body.decode().isprintable()
    except UnicodeDecodeError:
        return False


def mostly[T](usual: st.SearchStrategy[T], other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return st.integers(0, 5).flatmap(lambda number: other if number == 5 else usual)
