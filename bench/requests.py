"""Events and contexts for the benches: requests of API Gateway (payload format 2.0), and messages of SQS."""

import json
from typing import Any
from urllib.parse import urlencode

SITE = "https://go.example.jp"


class Context:
    """Lambda's context."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:ap-northeast-1:1:function:bench"
    aws_request_id = "1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def an_event(
    method: str, path: str, parameters: dict[str, str], headers: dict[str, str], body: str, id: str
) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "go.example.jp", "user-agent": "Mozilla/5.0"} | headers,
        "pathParameters": parameters,
        "requestContext": {"http": {"method": method, "path": path}, "requestId": id},
        "body": body,
        "isBase64Encoded": False,
    }


def messages(*bodies: str) -> dict[str, Any]:
    """Return an event of SQS with these messages."""
    usual: dict[str, Any] = {"eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
    return {"Records": [usual | {"messageId": body, "body": body} for body in bodies]}


def form_post(number: int) -> dict[str, Any]:
    """Return the post of the example's form by a browser; each number is another person."""
    fields = {
        "email": f"hanako{number}@example{number % 100}.co.jp",
        "last_name": "山田",
        "first_name": "花子",
        "company": "株式会社サンプル",
        "department": "マーケティング部",
        "job_title": "部長",
        "phone": "03-1234-5678",
        "consent": "yes",
        "lang": "ja",
        "page": "whitepaper",
        "nonce": f"{number:032x}",
        "page_url": f"{SITE}/pages/whitepaper?utm_source=news",
    }
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    return an_event("POST", "/forms/whitepaper", {"form": "whitepaper"}, headers, urlencode(fields), f"form{number}")


def beacon_post(visitor: str, id: str) -> dict[str, Any]:
    """Return the beacon of one page view."""
    seen = {"id": id, "type": "page_view", "url": f"{SITE}/pages/pricing", "title": "料金", "at": 0}
    body = json.dumps({"visitor": visitor, "events": [seen]})
    return an_event("POST", "/track", {}, {"content-type": "text/plain", "origin": SITE}, body, id)
