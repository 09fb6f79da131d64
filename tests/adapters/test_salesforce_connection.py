"""The connection to our Salesforce stand-in over TLS: login, token, timeouts, and which errors are retried."""

from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from ripen.adapters.salesforce.connection import BASE, Connection, TimeoutAdapter, refusal, usage
from ripen.adapters.salesforce.records import Salesforce
from ripen.crm.api_usage import ApiUsage
from ripen.errors import NotConnected, TimedOut, Undeliverable
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import FixedSecrets, Org, a_wish, logins, written


def test_expired_token_is_renewed_once(org: Org, salesforce: Salesforce) -> None:
    salesforce.find([a_wish()])
    org.control("faults", mode="expire_tokens", count=1)

    written(a_wish(), salesforce)

    assert logins(org) == 2


def test_token_that_is_always_refused_causes_no_loop(org: Org, salesforce: Salesforce) -> None:
    org.control("faults", mode="expire_tokens", count=-1)

    with pytest.raises(NotConnected):
        salesforce.find([a_wish()])

    assert len(org.calls) == 4


def test_signed_jwt_logs_in(org: Org) -> None:
    by_key = Salesforce(FixedSecrets(connected_app(org.folder).secret_by_key(org.url)))

    assert written(a_wish(), by_key).id


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": ""}, "Salesforce is not connected"),
        ({"client_secret": ""}, "Salesforce is not connected"),
        ({"login": ""}, "Salesforce is not connected"),
        ({"username": "nobody@acme.example", "private_key": "no key"}, "private key"),
    ],
)
def test_wrong_settings_need_an_administrator(org: Org, change: dict[str, str], reason: str) -> None:
    settings = connected_app(org.folder).secret(org.url) | change

    with pytest.raises(NotConnected, match=reason) as caught:
        Salesforce(FixedSecrets(settings)).find([a_wish()])

    assert (caught.value.permanent, caught.value.after) == (False, 3600)


@pytest.mark.parametrize(("mode", "after"), [("error_500", None), ("down", None), ("limit", 900)])
def test_failed_call_is_retried_later(org: Org, salesforce: Salesforce, mode: str, after: int | None) -> None:
    salesforce.find([a_wish()])
    org.control("faults", mode=mode, count=1)

    with pytest.raises(Undeliverable) as caught:
        salesforce.find([a_wish()])

    assert (caught.value.permanent, caught.value.after) == (False, after)


def test_unreachable_salesforce_is_retried_later(org: Org) -> None:
    settings = connected_app(org.folder).secret("https://127.0.0.1:1")

    with pytest.raises(Undeliverable) as caught:
        Salesforce(FixedSecrets(settings)).find([a_wish()])

    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "content", "permanent", "after"),
    [
        (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], False, 900),
        (400, [{"errorCode": "INVALID_FIELD", "message": "No such column 'Ripen_Key__c'"}], False, 3600),
        (400, [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": ""}], False, None),
        (400, [{"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "no"}], True, None),
        (503, "<html>maintenance</html>", False, None),
        (404, [{"errorCode": "NOT_FOUND"}], True, None),
        (400, [], True, None),
    ],
)
def test_error_code_decides_whether_a_retry_helps(
    status: int, content: object, permanent: bool, after: int | None
) -> None:
    refused = refusal(status, content)

    assert (refused.permanent, refused.after) == (permanent, after)


def test_every_call_has_a_timeout(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[object] = []

    def note(self: object, *args: object, timeout: object = None, **kwargs: object) -> requests.Response:
        timeouts.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", note)
    session = requests.Session()
    session.mount("https://", TimeoutAdapter())
    with pytest.raises(requests.ConnectTimeout):
        session.get(org.url)

    assert timeouts == [(3, 20)]


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("api-usage=18/5000", ApiUsage(18, 5000)),
        ("api-usage=10018/100000; api-bursts=1/750", ApiUsage(10018, 100000)),
        ("api-usage=25/5000, per-app-api-usage=17/250(appName=ripen)", ApiUsage(25, 5000)),
        ("per-app-api-usage=17/250(appName=ripen)", None),
        ("api-usage=many", None),
        ("", None),
    ],
)
def test_api_usage_is_read_from_the_header(header: str, read: ApiUsage | None) -> None:
    assert usage(header) == read


def test_connection_knows_the_api_usage_of_the_last_answer(org: Org, salesforce: Salesforce) -> None:
    org.control("knobs", daily_calls=40)
    before = salesforce.usage
    salesforce.find([a_wish()])
    first = salesforce.usage
    salesforce.find([a_wish()])
    second = salesforce.usage
    assert before is None
    assert first and second
    assert (first.most, second.used - first.used) == (40, 1)


def test_failed_answer_reports_the_api_usage_too(org: Org, salesforce: Salesforce) -> None:
    org.control("faults", mode="error_500", count=1)
    with pytest.raises(Undeliverable):
        salesforce.find([a_wish()])
    assert salesforce.usage


@pytest.mark.parametrize(("method", "seconds"), [("GET", 20), ("PATCH", 50), ("POST", 50)])
def test_a_call_that_writes_may_take_longer(
    org: Org, method: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = list[tuple[int, int]]()

    def send(self: HTTPAdapter, *args: Any, timeout: tuple[int, int], **kwargs: Any) -> requests.Response:
        given.append(timeout)
        raise requests.ReadTimeout

    secrets = FixedSecrets(connected_app(org.folder).secret(org.url))
    connection = Connection(secrets, write_seconds=50)
    connection.composite([{"method": "GET", "url": f"{BASE}/limits", "referenceId": "login"}])
    monkeypatch.setattr(HTTPAdapter, "send", send)

    with pytest.raises(TimedOut, match="ReadTimeout"):
        connection.composite([{"method": method, "url": f"{BASE}/composite/sobjects", "referenceId": "x"}])

    assert given == [(3, seconds)]
