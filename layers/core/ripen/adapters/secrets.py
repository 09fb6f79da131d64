"""The one secret of Ripen in AWS Secrets Manager: a JSON object.

The template generates "master"; the company fills in the rest.

master                  the key from which one key for each purpose is derived
typeform                the secret of the Typeform webhook
slack_signing_secret    the signing secret of the Slack app
slack_bot_token         the bot token of the Slack app: xoxb-…
salesforce              {"login": "https://acme.my.salesforce.com", "client_id", and either "client_secret" or
                        "username" and "private_key" (JWT bearer)}
"""

import hmac
import json
from hashlib import sha256
from time import monotonic
from typing import Any

from ripen.adapters import aws

_MAX_AGE_SECONDS = 300.0
_REFRESH_SECONDS = 60.0


class Secrets:
    """The secret, fetched at its first use and cached for five minutes."""

    def __init__(self, id: str, client: Any = None) -> None:
        self._id = id
        self._client = client
        self._cache: dict[str, Any] = {}
        self._read_at = self._refreshed_at = -1e9

    def all(self, fresh: bool = False) -> dict[str, Any]:
        """Return the whole secret. `fresh` bypasses the cache, for a caller whose credentials were refused.

        It does so at most once a minute, so that wrong signatures cost no reads.
        """
        now = monotonic()
        may_refresh = fresh and now - self._refreshed_at > _REFRESH_SECONDS
        if may_refresh or now - self._read_at > _MAX_AGE_SECONDS:
            self._refreshed_at = now if may_refresh else self._refreshed_at
            self._client = self._client or aws.client("secretsmanager")
            secret = json.loads(self._client.get_secret_value(SecretId=self._id)["SecretString"])
            self._cache = secret if isinstance(secret, dict) else {}
            self._read_at = now
        return dict(self._cache)

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose ("address", "link", …).

        It is the HMAC-SHA256 of the purpose under the master, so one purpose's key reveals no other key.
        """
        return hmac.digest(str(self.all()["master"]).encode(), purpose.encode(), sha256)
