"""Access tokens of Salesforce, by client credentials or by a JWT signed with our key.

The login of simple-salesforce is not used: it has no timeout, accepts only *.salesforce.com, and retries the login
endlessly if a token keeps being refused.

Sources: RFC 6749 §4.4 (client credentials); RFC 7523 (JWT bearer); Salesforce Help, "OAuth 2.0 JWT Bearer Flow for
Server-to-Server Integration".
"""

from collections.abc import Mapping
from time import time
from typing import Any

import requests
from msgspec import Struct

from ripen.crm.crm_errors import BAD_KEY, LOGIN_REFUSED, NO_LOGIN_ANSWER, NOT_CONNECTED
from ripen.errors import NotConnected, Undeliverable

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME_SECONDS = 180


class Token(Struct, frozen=True):
    """An access token and the org that it is for."""

    access: str
    instance: str
    """The URL of the API and of the record pages, for example https://acme.my.salesforce.com."""
    user: str = ""
    """Id of the user that the app runs as."""
    organisation: str = ""
    """Id of the org."""


def fetch(settings: Mapping[str, Any], session: requests.Session) -> Token:
    """Return a new token for the settings of the secret (see secrets.py).

    Raises NotConnected if they are missing or refused, Undeliverable(permanent=False) if Salesforce cannot be reached.
    """
    login, client = str(settings.get("login") or "").rstrip("/"), str(settings.get("client_id") or "")
    if not login or not client:
        raise NotConnected(NOT_CONNECTED)
    url = f"{login}/services/oauth2/token"
    try:
        if settings.get("private_key") and settings.get("username"):
            answer = session.post(url, data={"grant_type": _JWT_BEARER, "assertion": _assertion(settings, login)})
        elif settings.get("client_secret"):
            basic = (client, str(settings["client_secret"]))
            answer = session.post(url, data={"grant_type": "client_credentials"}, auth=basic)
        else:
            raise NotConnected(NOT_CONNECTED)
    except requests.RequestException as error:
        raise Undeliverable(f"{NO_LOGIN_ANSWER}: {type(error).__name__}", permanent=False) from error
    return _token(answer)


def _assertion(settings: Mapping[str, Any], login: str) -> str:
    import jwt  # imports cryptography, which only a signed login needs

    sandbox = ".sandbox." in login or login.endswith("//test.salesforce.com")
    audience = f"https://{'test' if sandbox else 'login'}.salesforce.com"
    claims = {
        "iss": settings["client_id"],
        "sub": settings["username"],
        "aud": audience,
        "exp": int(time()) + _LIFETIME_SECONDS,
    }
    try:
        return jwt.encode(claims, str(settings["private_key"]), algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise NotConnected(BAD_KEY) from error


def _token(answer: requests.Response) -> Token:
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        body = {}
    if answer.ok and isinstance(body, dict) and body.get("access_token") and body.get("instance_url"):
        identity, _, user = str(body.get("id") or "").rpartition("/")  # its address: …/id/<org>/<user>
        organisation = identity.rpartition("/")[2]
        return Token(str(body["access_token"]), str(body["instance_url"]).rstrip("/"), user, organisation)
    if 400 <= answer.status_code < 500 and answer.status_code != 429 and isinstance(body, dict) and body.get("error"):
        raise NotConnected(f"{LOGIN_REFUSED}: {body['error']}: {body.get('error_description', '')}")
    raise Undeliverable(f"{NO_LOGIN_ANSWER}: HTTP {answer.status_code}", permanent=False)
