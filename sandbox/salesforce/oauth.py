"""Access tokens: the two OAuth flows for servers, with the errors of each.

Tokens live in memory and by the wall clock. After a restart every session is over, as after a password change.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from hmac import compare_digest
from secrets import token_urlsafe
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.salesforce.connected_app import ConnectedApp
from sandbox.salesforce.faults import Mode
from sandbox.salesforce.ids import make
from sandbox.salesforce.org import INTEGRATION_USER, Org

ORGANISATION = make("00D", 1)
_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class NoToken(Exception):
    """No token was given, with the error code and description of OAuth."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class Tokens:
    """The sessions, their users and their ends."""

    def __init__(self) -> None:
        self.seconds = 7200
        self._held: dict[str, tuple[str, float]] = {}

    def give(self, user: str) -> str:
        token = f"{ORGANISATION[:15]}!AQ{token_urlsafe(60)}"
        self._held[token] = (user, time() + self.seconds)
        return token

    def user(self, authorization: str) -> str | None:
        """Return the user of the session in an Authorization header, None if it is over."""
        scheme, _, token = authorization.partition(" ")
        user, until = self._held.get(token, ("", 0.0))
        return user if scheme in ("Bearer", "OAuth") and time() < until else None

    def forget(self) -> None:
        self._held.clear()


class OAuth:
    def __init__(self, org: Org, app: ConnectedApp, tokens: Tokens, base_url: str) -> None:
        self._org = org
        self._faults = org.faults
        self._app = app
        self._tokens = tokens
        self._base_url = base_url
        self._public_key = load_pem_private_key(app.private_key.encode(), None).public_key()
        self.routes = [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/oauth2/userinfo", self._userinfo),
        ]

    async def _token(self, request: Request) -> JSONResponse:
        if self._faults.take(Mode.DOWN):
            return JSONResponse({"error": "server_error", "error_description": "temporarily unavailable"}, 503)
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            user = self._granted(form, request.headers.get("authorization", ""))
        except NoToken as refused:
            return JSONResponse({"error": refused.error, "error_description": refused.description}, 400)
        return JSONResponse(
            {
                "access_token": self._tokens.give(user),
                "signature": token_urlsafe(32),
                "scope": "api",
                "instance_url": self._base_url,
                "id": f"{self._base_url}/id/{ORGANISATION}/{user}",
                "token_type": "Bearer",
                "issued_at": str(int(time() * 1000)),
            }
        )

    async def _userinfo(self, request: Request) -> JSONResponse:
        user = self._tokens.user(request.headers.get("authorization", ""))
        found = self._org.journal.get("User", user) if user else None
        if found is None:
            return JSONResponse({"error": "invalid_token"}, 403)
        user_info = {
            "user_id": found.id,
            "organization_id": ORGANISATION,
            "preferred_username": found.values["Username"],
        }
        return JSONResponse({**user_info, "name": found.values["Name"], "email": found.values["Email"]})

    def _granted(self, form: dict[str, str], authorization: str) -> str:
        match form.get("grant_type"):
            case "client_credentials":
                return self._by_secret(form, authorization)
            case grant if grant == _BEARER:
                return self._by_key(form.get("assertion", ""))
            case _:
                raise NoToken("unsupported_grant_type", "grant type not supported")

    def _by_secret(self, form: dict[str, str], authorization: str) -> str:
        id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            id, secret = _basic(authorization)
        if id != self._app.client_id:
            raise NoToken("invalid_client_id", "client identifier invalid")
        if not compare_digest(secret.encode(), self._app.client_secret.encode()):
            raise NoToken("invalid_client", "invalid client credentials")
        return INTEGRATION_USER

    def _by_key(self, assertion: str) -> str:
        claims = self._claims(assertion)
        if claims.get("iss") != self._app.client_id:
            raise NoToken("invalid_client_id", "client identifier invalid")
        hosts = {self._base_url, "https://login.salesforce.com", "https://test.salesforce.com"}
        if claims.get("aud") not in hosts:
            raise NoToken("invalid_grant", "audience is invalid")
        expires = str(claims.get("exp", ""))
        if not expires.isdigit() or int(expires) < time():
            raise NoToken("invalid_grant", "assertion expired")
        users = self._org.find("User", "Username", str(claims.get("sub", "")))
        if not users or not users[0].values["IsActive"] or users[0].id != INTEGRATION_USER:
            raise NoToken("invalid_grant", "user hasn't approved this consumer")
        return users[0].id

    def _claims(self, assertion: str) -> dict[str, Any]:
        """Return the claims of an assertion signed with the app's key; some clients send `exp` as a string."""
        unchecked = {"verify_exp": False, "verify_aud": False}
        try:
            return dict(jwt.decode(assertion, self._public_key, algorithms=["RS256"], options=unchecked))  # type: ignore[arg-type]
        except jwt.InvalidTokenError:
            raise NoToken("invalid_grant", "invalid assertion") from None


def _basic(authorization: str) -> tuple[str, str]:
    try:
        id, _, secret = b64decode(authorization.removeprefix("Basic "), validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return "", ""
    return id, secret
