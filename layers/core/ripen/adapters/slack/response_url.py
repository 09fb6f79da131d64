"""The addresses at which Slack takes an answer to a person who pressed a button: response_url.

Source: docs.slack.dev, "Handling user interaction": at most 5 answers within 30 minutes.
"""

import re
from http.client import HTTPException
from urllib.parse import urlsplit

from ripen.adapters.slack import web_api
from ripen.errors import Undeliverable


def is_of_slack(address: str, api: str) -> bool:
    """Return whether the address belongs to the Slack of this API: https://hooks.slack.com/ for slack.com.

    The local cloud's Slack has no TLS and takes answers on its own host.
    """
    slack = urlsplit(api)
    if slack.scheme == "https":
        return address.startswith(f"https://hooks.{slack.hostname}/")
    return re.match(rf"http://{re.escape(slack.hostname or '')}(:[0-9]+)?/", address) is not None


def respond(address: str, text: str) -> None:
    """Show a text only to the person who pressed the button. Raises Undeliverable."""
    from slack_sdk.webhook import WebhookClient

    try:
        answer = WebhookClient(address, timeout=web_api.TIMEOUT_SECONDS, retry_handlers=[]).send(
            text=text, response_type="ephemeral", replace_original=False
        )
    except (OSError, HTTPException) as error:
        raise Undeliverable(f"response_url: {type(error).__name__}", permanent=False) from error
    if answer.status_code != 200:
        raise Undeliverable(f"response_url: {answer.status_code}", permanent=answer.status_code < 500)
