"""The two secrets of Ripen in AWS Secrets Manager, each a JSON object. A function may read those that it needs.

The template generates the first (SECRET):

master                  the key from which one key for each purpose is derived (ripen.key_ring)
rotations               what `ripen secret rotate` keeps: generations and previous keys

The company fills in the second (CONNECTIONS):

typeform                the secret of the Typeform webhook
slack_signing_secret    the signing secret of the Slack app
slack_bot_token         the bot token of the Slack app: xoxb-…
salesforce              {"login": "https://acme.my.salesforce.com", "client_id", and either "client_secret" or
                        "username" and "private_key" (JWT bearer)}
turnstile               the secret key of the Cloudflare Turnstile widget, where the stack has a site key
"""

import json
from contextlib import suppress
from time import monotonic, time
from typing import Any

from ripen import key_ring
from ripen.adapters import aws
from ripen.errors import MalformedSecret
from ripen.key_ring import KeyRing, Rotated

_MAX_AGE_SECONDS = 300.0
_REFRESH_SECONDS = 60.0


class Secrets:
    """One of the secrets, fetched at its first use and cached for five minutes."""

    def __init__(self, id: str, client: Any = None) -> None:
        self._id = id
        self._client = client
        self._cache: dict[str, Any] = {}
        self._read_at = self._refreshed_at = -1e9

    def all(self, fresh: bool = False) -> dict[str, Any]:
        """Return the whole secret. Raises MalformedSecret.

        `fresh` bypasses the cache, for a caller whose credentials were refused. It does so at most once a minute, so
        that wrong signatures cost no reads.
        """
        now = monotonic()
        may_refresh = fresh and now - self._refreshed_at > _REFRESH_SECONDS
        if may_refresh or now - self._read_at > _MAX_AGE_SECONDS:
            self._refreshed_at = now if may_refresh else self._refreshed_at
            self._client = self._client or aws.client("secretsmanager")
            self._cache = self._object(self._client.get_secret_value(SecretId=self._id).get("SecretString", ""))
            self._read_at = now
        return dict(self._cache)

    def _object(self, text: str) -> dict[str, Any]:
        secret = None
        with suppress(ValueError, RecursionError):
            secret = json.loads(text)
        if not isinstance(secret, dict):
            raise MalformedSecret(f'the secret {self._id} is no JSON object like {{"name": "value"}}')
        return secret

    def key(self, purpose: str) -> bytes:
        """Return the newest 32-byte key for one purpose ("address", "network", …)."""
        return key_ring.derived_key(self.all(), purpose)

    def ring(self, purpose: Rotated) -> KeyRing:
        """Return the keys of a purpose that can be rotated: the one that signs now, and those that are accepted."""
        return key_ring.key_ring(self.all(), purpose, time())

    def put(self, secret: dict[str, Any]) -> None:
        """Replace the whole secret. Functions read it within five minutes."""
        self._client = self._client or aws.client("secretsmanager")
        self._client.put_secret_value(SecretId=self._id, SecretString=json.dumps(secret))
        self._cache, self._read_at = dict(secret), monotonic()
