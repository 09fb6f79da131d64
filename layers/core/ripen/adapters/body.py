"""The body of a posted form, in each of the three content types that browsers and scripts send.

Sources: WHATWG URL (application/x-www-form-urlencoded), RFC 7578 (multipart/form-data), RFC 8259 (JSON).
"""

import json
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote_plus

from ripen.errors import Rejected
from ripen.lead.text import OBJECT

MAX_BYTES = 64 * 1024
_MAX_FIELDS = 200

_NOT_UTF8 = "the body is not valid UTF-8"
_REPLACED = "\ufffd"
"""API Gateway puts this character in place of invalid UTF-8 in a JSON body. A script that means it sends an escape."""

Pairs = list[tuple[str, str]]
"""Names and values of the fields, in the order in which they were sent; a name may occur twice."""


def read(content_type: str, body: bytes) -> Pairs:
    """Return the fields of the form.

    Raises Rejected with status 413 for a body over 64 KB, 415 for another content type, 400 for an invalid body.
    """
    if len(body) > MAX_BYTES:
        raise Rejected("the body is larger than 64 KB", status=413)
    match content_type.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            fields = _urlencoded(body)
        case "multipart/form-data":
            fields = _multipart(content_type, body)
        case "application/json":
            fields = _json(body)
        case _:
            raise Rejected(
                "send application/x-www-form-urlencoded, multipart/form-data or application/json", status=415
            )
    if len(fields) > _MAX_FIELDS:
        raise Rejected(f"the form has more than {_MAX_FIELDS} fields")
    return fields


def _urlencoded(body: bytes) -> Pairs:
    fields = []
    for part in _text(body).split("&"):
        name, _, value = part.partition("=")
        try:
            fields.append((unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")))
        except UnicodeDecodeError:
            raise Rejected(_NOT_UTF8) from None
    return [(name, value) for name, value in fields if name]


def _multipart(content_type: str, body: bytes) -> Pairs:
    """Return the text parts; files are ignored."""
    from multipart import (
        MultipartError,
        MultipartParser,
        parse_options_header,
    )  # imported here because few forms need it

    try:
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary:
            raise Rejected("multipart/form-data needs a boundary")
        parts = MultipartParser(BytesIO(body), boundary, len(body), spool_limit=MAX_BYTES, part_limit=_MAX_FIELDS)
        return [(part.name, part.raw.decode()) for part in parts if not part.filename and part.name]
    except UnicodeError:
        raise Rejected(_NOT_UTF8) from None
    except (MultipartError, ValueError):
        raise Rejected("the body is not valid multipart/form-data") from None


def _json(body: bytes) -> Pairs:
    """Return the members of the object as text: true, false and numbers as in JSON, null as "".

    A member that is a list occurs once for each of its items. An object within is no text: OBJECT stands for it.
    """
    text = _text(body)
    if _REPLACED in text:
        raise Rejected(_NOT_UTF8)
    try:
        members = json.loads(text, object_pairs_hook=_Object, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise Rejected("the body is not valid JSON") from None
    if not isinstance(members, _Object):
        raise Rejected("the body is not a JSON object")
    return [(name, text) for name, value in members for text in _as_texts(value)]


class _Object(list[tuple[str, object]]):
    """All members of a JSON object, in order; a name may occur twice."""


def _reject_constant(constant: str) -> None:
    """Reject NaN and Infinity, which RFC 8259 does not allow."""
    raise ValueError(constant)


def _as_texts(value: object) -> Iterator[str]:
    items = value if isinstance(value, list) and not isinstance(value, _Object) else [value]
    yield from map(_as_text, items)


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return OBJECT


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Rejected(_NOT_UTF8) from None
