"""Login of a server, by secret and by signed assertion."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.sandbox.salesforce.conftest import BASE, AnOrg

BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def by_key(org: AnOrg, key: str | None = None, **changed: Any) -> Any:
    claims = {
        "iss": org.app.client_id,
        "sub": org.app.username,
        "aud": org.url,
        "exp": str(int(time.time()) + 180),
    }
    assertion = jwt.encode(claims | changed, key or org.app.private_key, algorithm="RS256")
    return org.web.post("/services/oauth2/token", data={"grant_type": BEARER, "assertion": assertion})


def test_client_credentials_give_a_token_that_opens_the_api(org: AnOrg) -> None:
    answer = org.web.post("/services/oauth2/token", data={"grant_type": "client_credentials"}, auth=org.basic)
    given = answer.json()
    assert given["instance_url"] == org.url
    assert given["token_type"] == "Bearer"
    assert given["issued_at"].isdigit() and len(given["issued_at"]) == 13
    assert "expires_in" not in given
    user_info = org.web.get("/services/oauth2/userinfo", headers={"Authorization": f"Bearer {given['access_token']}"})
    assert user_info.json()["preferred_username"] == org.app.username


def test_client_credentials_may_be_in_the_body(org: AnOrg) -> None:
    id, secret = org.basic
    form = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
    assert org.web.post("/services/oauth2/token", data=form).status_code == 200


@pytest.mark.parametrize(
    ("auth", "error"),
    [(("wrong", "secret"), "invalid_client_id"), ((None, "wrong"), "invalid_client")],
)
def test_a_wrong_id_or_secret_is_an_error_object(org: AnOrg, auth: tuple[str | None, str], error: str) -> None:
    given = (auth[0] or org.app.client_id, auth[1])
    answer = org.web.post("/services/oauth2/token", data={"grant_type": "client_credentials"}, auth=given)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_a_signed_assertion_gives_a_token_even_with_exp_as_text(org: AnOrg) -> None:
    assert by_key(org).json()["access_token"]
    assert by_key(org, aud="https://login.salesforce.com").status_code == 200


@pytest.mark.parametrize(
    ("changed", "description"),
    [
        ({"aud": "https://elsewhere.example"}, "audience is invalid"),
        ({"exp": "1000000000"}, "assertion expired"),
        ({"sub": "nobody@acme.example"}, "user hasn't approved this consumer"),
        ({"sub": "alice@acme.example"}, "user hasn't approved this consumer"),
    ],
)
def test_a_wrong_claim_is_named(org: AnOrg, changed: dict[str, str], description: str) -> None:
    answer = by_key(org, **changed)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": description}


def test_an_assertion_signed_with_another_key_is_refused(org: AnOrg) -> None:
    other = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert by_key(org, other.decode()).json()["error_description"] == "invalid assertion"


def test_an_unknown_grant_is_refused(org: AnOrg) -> None:
    answer = org.web.post("/services/oauth2/token", data={"grant_type": "password"})
    assert answer.json()["error"] == "unsupported_grant_type"


def test_an_expired_token_is_refused_with_an_array_of_errors(org: AnOrg) -> None:
    org.fault("expire_tokens")
    answer = org.ask("GET", "/limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    org.log_in()
    assert org.ask("GET", "/limits").status_code == 200


def test_a_session_ends_after_its_time(org: AnOrg) -> None:
    org.web.post("/_control/knobs", json={"token_seconds": 0})
    org.log_in()
    assert org.ask("GET", "/limits").status_code == 401


def test_without_a_token_only_the_versions_are_shown(org: AnOrg) -> None:
    assert org.web.get(BASE + "/limits", headers={"Authorization": ""}).status_code == 401
    versions = org.web.get("/services/data/", headers={"Authorization": ""})
    assert (BASE, "62.0") in [(version["url"], version["version"]) for version in versions.json()]
    assert "Sforce-Limit-Info" not in versions.headers
