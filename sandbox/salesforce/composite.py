"""Composite calls: up to 25 calls in one; later ones may refer to earlier answers: @{ref.id}, @{ref.records[0].Id}."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.salesforce.call import Answer, Call, call
from sandbox.salesforce.journal import Journal
from sandbox.salesforce.refused import Refused

_MOST, _MOST_MANY = 25, 5
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\w+")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."

type Part = dict[str, Any]


class _Undone(Exception):
    """A part of an all-or-none call failed."""


def answer(ask: Callable[[Call], Answer], journal: Journal, whole: Call) -> Answer:
    """Answer with 200, even if parts failed. Raises Refused if the composite itself is wrong."""
    body = whole.record()
    parts = _checked(body.get("compositeRequest"))
    answers: list[Part] = []
    try:
        with journal.atomic():
            for part in parts:
                answers.append(_part(ask, whole, part, answers))
                if body.get("allOrNone") and answers[-1]["httpStatusCode"] >= 300:
                    raise _Undone
    except _Undone:
        failed = len(answers) - 1
        answers = [a if place == failed else _halted(a["referenceId"]) for place, a in enumerate(answers)]
        answers += [_halted(part["referenceId"]) for part in parts[failed + 1 :]]
    return Answer(200, {"compositeResponse": answers})


def _checked(parts: Any) -> list[Part]:
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise Refused("JSON_PARSER_ERROR", "compositeRequest: an array of subrequests was expected")
    if len(parts) > _MOST:
        raise Refused("LIMIT_EXCEEDED", f"The number of subrequests exceeds the limit of {_MOST}")
    many = [part for part in parts if re.search(r"/(query|queryAll|composite/sobjects)\b", str(part.get("url")))]
    if len(many) > _MOST_MANY:
        raise Refused("LIMIT_EXCEEDED", f"The number of queries and collections exceeds the limit of {_MOST_MANY}")
    names = [part.get("referenceId") for part in parts]
    if not all(isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names):
        raise Refused("JSON_PARSER_ERROR", "referenceId: letters, digits and underscores were expected")
    if len(set(names)) < len(names):
        raise Refused("INVALID_INPUT", "Provided referenceId is not unique")
    return parts


def _part(ask: Callable[[Call], Answer], whole: Call, part: Part, earlier: list[Part]) -> Part:
    name = part["referenceId"]
    try:
        path, _, query = str(_filled(part.get("url", ""), earlier)).partition("?")
        headers = {k.lower(): str(v) for k, v in (part.get("httpHeaders") or {}).items()}
        one = call(str(part.get("method", "")).upper(), path, query, headers, _filled(part.get("body"), earlier))
    except Refused as refused:
        return _shown(name, Answer(refused.status, refused.body()))
    return _shown(name, ask(one.by(whole.user)))


def _shown(name: str, answer: Answer) -> Part:
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": name,
    }


def _halted(name: str) -> Part:
    return _shown(name, Answer(400, Refused("PROCESSING_HALTED", _HALTED).body()))


def _filled(value: Any, earlier: list[Part]) -> Any:
    """Return the value with its references replaced. Raises Refused."""
    match value:
        case str():
            return _REFERENCE.sub(lambda found: _referred(found, earlier), value)
        case list():
            return [_filled(item, earlier) for item in value]
        case dict():
            return {key: _filled(item, earlier) for key, item in value.items()}
        case _:
            return value


def _referred(found: re.Match[str], earlier: list[Part]) -> str:
    at = next((part["body"] for part in earlier if part["referenceId"] == found[1]), None)
    for step in _STEP.findall(found[2]):
        if isinstance(at, list) and step.isdigit() and int(step) < len(at):
            at = at[int(step)]
        else:
            at = at.get(step) if isinstance(at, dict) else None
    if at is None or isinstance(at, dict | list):
        wanted = found[0].strip("@{}")
        raise Refused(
            "PROCESSING_HALTED",
            f"Invalid reference specified. No value for {wanted} found in {found[1]}. "
            "Provided response body may not contain it.",
        )
    return str(at)
