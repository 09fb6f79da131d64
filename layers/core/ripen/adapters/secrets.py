"""Our one secret: a JSON object. "master" is made by the template; the rest is what the company fills in.

master                  all of our own keys are derived from it, one for each purpose
typeform                secret of the Typeform webhook
slack_signing_secret    of the Slack app
slack_bot_token         xoxb-…
salesforce              {"login": "https://acme.my.salesforce.com", "client_id", and either "client_secret" or
                        "username" and "private_key" (JWT bearer)}
"""

import hmac
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.utilities import parameters


class Secrets:
    """Fetched at the first use and kept five minutes; `fresh` asks again, after a refusal."""

    def __init__(self, id: str) -> None:
        self._id = id

    def all(self, fresh: bool = False) -> dict[str, Any]:
        found = parameters.get_secret(self._id, transform="json", max_age=300, force_fetch=fresh)
        return dict(found) if isinstance(found, dict) else {}

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose ("address", "link", …), derived from the master: purposes cannot stand in for
        each other."""
        return hmac.digest(str(self.all()["master"]).encode(), purpose.encode(), sha256)
