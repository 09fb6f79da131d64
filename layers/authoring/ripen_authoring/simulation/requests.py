"""HTTP requests of the lead's browser, as API Gateway passes them on."""

from typing import Any

_BROWSER = {
    "accept": "text/html,application/xhtml+xml",
    "sec-fetch-mode": "navigate",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "host": "ripen.example",
}


def gateway_event(method: str, path: str, parameters: dict[str, str], id: str, body: str = "") -> dict[str, Any]:
    """Return the event of a request: by a browser, or with a body by a script that posts JSON."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": _BROWSER if not body else {"host": "ripen.example", "content-type": "application/json"},
        "pathParameters": parameters,
        "requestContext": {"http": {"method": method, "sourceIp": "192.0.2.1"}, "requestId": id},
        "body": body,
        "isBase64Encoded": False,
    }
