"""Our one secret: a JSON object. "master" is made by the template; the rest is what the company fills in.

master                  all of our own keys are derived from it, one for each purpose
typeform                secret of the Typeform webhook
slack_signing_secret    of the Slack app
slack_bot_token         xoxb-…
salesforce              {"login": "https://acme.my.salesforce.com", "client_id", and either "client_secret" or
                        "username" and "private_key" (JWT bearer)}
"""

import hmac
import json
from hashlib import sha256
from time import monotonic
from typing import Any

from ripen.adapters import aws

_FRESH_SECONDS = 300.0


class Secrets:
    """Fetched at the first use and kept five minutes; `fresh` asks again, after a refusal."""

    def __init__(self, id: str, client: Any = None) -> None:
        self._id = id
        self._client = client
        self._known: dict[str, Any] = {}
        self._read = -1e9

    def all(self, fresh: bool = False) -> dict[str, Any]:
        if fresh or monotonic() - self._read > _FRESH_SECONDS:
            self._client = self._client or aws.client("secretsmanager")
            found = json.loads(self._client.get_secret_value(SecretId=self._id)["SecretString"])
            self._known = found if isinstance(found, dict) else {}
            self._read = monotonic()
        return dict(self._known)

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose ("address", "link", …), derived from the master: purposes cannot stand in for
        each other."""
        return hmac.digest(str(self.all()["master"]).encode(), purpose.encode(), sha256)
