"""The body of a posted form, in any of the three ways that browsers and scripts send one: as names and values in the order
they came.

Sources: WHATWG URL (application/x-www-form-urlencoded), RFC 7578 (multipart/form-data), RFC 8259 (JSON).
"""

import json
from io import BytesIO
from urllib.parse import unquote_plus

from ripen.capture.field_errors import NO_TEXT, FieldError, InvalidSubmission
from ripen.errors import Rejected

LARGEST = 64 * 1024
_MOST_FIELDS = 200

_NOT_UTF8 = "the body is not valid UTF-8"
_REPLACED = "\ufffd"
"""What API Gateway writes for bytes of a JSON body that are no text; who means this character writes it as an escape."""

Pairs = list[tuple[str, str]]


def read(content_type: str, body: bytes) -> Pairs:
    """The fields. Raises Rejected: 413 for a body over 64 KB, 415 for another kind of content, 400 for one that cannot be
    read."""
    if len(body) > LARGEST:
        raise Rejected("the body is larger than 64 KB", status=413)
    match content_type.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            found = _urlencoded(body)
        case "multipart/form-data":
            found = _multipart(content_type, body)
        case "application/json":
            found = _json(body)
        case _:
            raise Rejected(
                "send application/x-www-form-urlencoded, multipart/form-data or application/json", status=415
            )
    if len(found) > _MOST_FIELDS:
        raise Rejected(f"more than {_MOST_FIELDS} fields")
    return found


def _urlencoded(body: bytes) -> Pairs:
    found = []
    for part in _text(body).split("&"):
        name, _, value = part.partition("=")
        try:
            found.append((unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")))
        except UnicodeDecodeError:
            raise Rejected(_NOT_UTF8) from None
    return [(name, value) for name, value in found if name]


def _multipart(content_type: str, body: bytes) -> Pairs:
    """Text parts; a file is left behind."""
    from multipart import MultipartError, MultipartParser, parse_options_header  # few forms come this way

    try:
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary:
            raise Rejected("multipart/form-data without a boundary")
        parts = MultipartParser(BytesIO(body), boundary, len(body), spool_limit=LARGEST, part_limit=_MOST_FIELDS)
        return [(part.name, part.raw.decode()) for part in parts if not part.filename and part.name]
    except UnicodeError:
        raise Rejected(_NOT_UTF8) from None
    except (MultipartError, ValueError):
        raise Rejected("this multipart body cannot be read") from None


def _json(body: bytes) -> Pairs:
    """An object of plain values; true, false and numbers as they are written, null as nothing."""
    text = _text(body)
    if _REPLACED in text:
        raise Rejected(_NOT_UTF8)
    try:
        found = json.loads(text, object_pairs_hook=_Object, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Rejected("the body is not valid JSON") from None
    if not isinstance(found, _Object):
        raise Rejected("the body is not a JSON object")
    return [(name, _plain(name, value)) for name, value in found]


class _Object(list[tuple[str, object]]):
    """A JSON object with all that it says, names given twice included."""


def _no_number(word: str) -> None:
    raise ValueError(word)


def _plain(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise InvalidSubmission([FieldError(name, NO_TEXT)])


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Rejected(_NOT_UTF8) from None
