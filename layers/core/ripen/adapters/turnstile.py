"""Cloudflare Turnstile: asks for the verdict on the token of a form.

Imported only where the stack has a site key, so that other installations neither load nor call it. When Cloudflare
does not answer, there is no verdict: the caller goes on without one. It is not asked again for a minute, so that other
visitors do not wait for it, too.
Source: Cloudflare, Turnstile docs, "Validate the token" and "Test your Turnstile implementation".
"""

from http.client import HTTPException
from time import monotonic
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID, uuid5

import msgspec
from aws_lambda_powertools import Logger

from ripen.adapters.secrets import Secrets
from ripen.capture.challenge import Verdict

SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify"
_TIMEOUT_SECONDS = 2.0
_PAUSE_SECONDS = 60.0
_MOST_BYTES = 16 * 1024
_REFUSALS = (400, 413, 422)
_RETRIES = UUID("d6c33e2e-4f0f-4d5b-9d0b-5d1f6f1a7c11")
"""The namespace of the keys by which Cloudflare recognises that we ask again about one post."""

logger = Logger(child=True)


class Turnstile:
    """`connections` holds the secret key of the widget: {"turnstile": "0x4AAAA…"}."""

    def __init__(self, connections: Secrets, url: str = SITEVERIFY) -> None:
        self._connections = connections
        self._url = url
        self._silent_until = 0.0

    def verdict(self, token: str, post: str) -> Verdict | None:
        """Return Cloudflare's verdict; None without a secret key, or if Cloudflare does not answer.

        `post` is what repetitions of the post share: each of them gets the same verdict.
        """
        secret = str(self._connections.all().get("turnstile") or "")
        if not secret or not token or monotonic() < self._silent_until:
            return None
        asked = {"secret": secret, "response": token, "idempotency_key": str(uuid5(_RETRIES, f"{post}#{token}"))}
        try:
            return self._ask(urlencode(asked).encode())
        except HTTPError as error:
            if error.code in _REFUSALS:  # of what a visitor sent, which says nothing about the next token
                return Verdict(success=False)
            self._pause(error)
        except (URLError, HTTPException, OSError, msgspec.DecodeError) as error:
            self._pause(error)
        return None

    def _pause(self, error: Exception) -> None:
        logger.warning("no verdict of Turnstile", error=type(error).__name__)
        self._silent_until = monotonic() + _PAUSE_SECONDS

    def _ask(self, body: bytes) -> Verdict:
        request = Request(self._url, data=body, method="POST")  # noqa: S310 (our own address)
        with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return msgspec.json.decode(answer.read(_MOST_BYTES), type=Verdict)
