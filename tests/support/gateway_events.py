"""Requests as API Gateway passes them on, and the playbook that capture answers them from."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from ripen.adapters.playbook import Live
from ripen.adapters.table import Table
from ripen.key_ring import KeyRing
from ripen.tracking.recent_counts import RecentCounts
from tests.support.builders import a_bundle

SITE = "https://go.example.jp"
LIVE = Live(a_bundle(), SITE)
KEY = b"k" * 32
KEYS = KeyRing.of(KEY)
BROWSER = {"accept": "text/html,application/xhtml+xml"}


def an_event(method: str, path: str, parameters: dict[str, str], **known: Any) -> dict[str, Any]:
    """Return an event of payload format 2.0; `known` may have headers, body, query, id and encoded."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": known.get("query", ""),
        "headers": {"host": "go.example.jp"} | known.get("headers", {}),
        "pathParameters": parameters,
        "requestContext": {"http": {"method": method}, "requestId": known.get("id", "request1")},
        "body": known.get("body", ""),
        "isBase64Encoded": known.get("encoded", False),
    }


def a_post(
    form: str = "whitepaper", /, *, headers: dict[str, str] | None = None, **fields: str | list[str]
) -> dict[str, Any]:
    """Return a form as a browser posts it; a list is a field that occurs again."""
    return an_event(
        "POST",
        f"/forms/{form}",
        {"form": form},
        headers={"content-type": "application/x-www-form-urlencoded"} | (headers or {}),
        body=urlencode(fields, doseq=True),
    )


def a_json_post(content: object, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return an_event(
        "POST",
        "/forms/whitepaper",
        {"form": "whitepaper"},
        headers={"content-type": "application/json"} | (headers or {}),
        body=json.dumps(content),
    )


def no_limit() -> RecentCounts:
    """Return counts that no test fills."""
    return RecentCounts(timedelta(days=1), most=1_000_000)


def rows(table: Table) -> list[str]:
    """Return the refs of all rows."""
    pages = table._client.get_paginator("scan").paginate(TableName="table")
    return sorted(f"{item['pk']['S']}|{item['sk']['S']}" for page in pages for item in page["Items"])


def count(table: Table, kind: str) -> int:
    """Return the number of rows whose sort key starts with this."""
    return sum(ref.partition("|")[2].startswith(kind) for ref in rows(table))
