"""The stand-in serves aiosalesforce, an asynchronous client, over TLS, with a login by secret or by certificate."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from aiosalesforce import ClientCredentialsFlow, JwtBearerFlow, Salesforce, format_soql
from aiosalesforce.auth.base import Auth
from aiosalesforce.exceptions import AuthenticationError, NotFoundError, RequestLimitExceededError, SalesforceError

from tests.sandbox.salesforce.conftest import AnOrg

ITS_HOST = "https://acme.my.salesforce.com"
"""The client takes no other kind of address; only the connection goes to the stand-in."""
LEAD = {"LastName": "山田", "Company": "みどり物流"}


class Redirected(httpx.AsyncHTTPTransport):
    def __init__(self, org: AnOrg) -> None:
        super().__init__(verify=ssl.create_default_context(cafile=str(org.authorities)))
        self._to = httpx.URL(org.url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host=self._to.host, port=self._to.port)
        request.headers["host"] = self._to.netloc.decode()  # the stand-in refuses another name
        return await super().handle_async_request(request)


def as_client(org: AnOrg, steps: Callable[[Salesforce], Awaitable[None]], auth: Auth | None = None) -> None:
    async def session() -> None:
        async with httpx.AsyncClient(transport=Redirected(org)) as web:
            await steps(Salesforce(web, ITS_HOST, auth or ClientCredentialsFlow(*org.basic), "62.0", retry_policy=None))

    asyncio.run(session())


def test_a_record_is_created_read_changed_and_deleted(org: AnOrg) -> None:
    async def steps(client: Salesforce) -> None:
        id = await client.sobject.create("Lead", LEAD)
        assert (await client.sobject.get("Lead", id, fields=["Company"]))["Company"] == "みどり物流"
        await client.sobject.update("Lead", id, {"Title": "部長"})
        found = [lead async for lead in client.query(format_soql("SELECT Id FROM Lead WHERE Title = {}", "部長"))]
        assert [lead["Id"] for lead in found] == [id]
        await client.sobject.delete("Lead", id)
        with pytest.raises(NotFoundError):
            await client.sobject.get("Lead", id)

    as_client(org, steps)


def test_an_upsert_by_our_key_creates_then_changes(org: AnOrg) -> None:
    async def steps(client: Salesforce) -> None:
        made = await client.sobject.upsert("Lead", "key1", external_id_field="Ripen_Key__c", data=LEAD)
        again = await client.sobject.upsert("Lead", "key1", external_id_field="Ripen_Key__c", data={"Title": "課長"})
        assert (made.created, again.created, again.id) == (True, False, made.id)

    as_client(org, steps)


def test_a_composite_call_refers_to_a_record_that_it_created(org: AnOrg) -> None:
    async def steps(client: Salesforce) -> None:
        async with client.composite(all_or_none=True) as calls:
            lead = calls.sobject.create("Lead", LEAD)
            task = calls.sobject.create("Task", {"Subject": "電話", "WhoId": str(lead.reference.id)})
            found = calls.query("SELECT Id, WhoId FROM Task")
        assert found.records == [found.records[0] | {"Id": task.id, "WhoId": lead.id}]

    as_client(org, steps)


def test_a_certificate_logs_in(org: AnOrg, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(org.app.private_key)

    async def steps(client: Salesforce) -> None:
        assert (await client.get_limits())["DailyApiRequests"]["Max"] == 15000

    as_client(org, steps, JwtBearerFlow(org.app.client_id, org.app.username, key))


def test_an_error_raises_the_matching_exception(org: AnOrg) -> None:
    async def steps(client: Salesforce) -> None:
        with pytest.raises(SalesforceError) as refused:
            await client.sobject.create("Lead", {"LastName": "a"})
        assert refused.value.error_code == "REQUIRED_FIELD_MISSING"
        org.fault("limit")
        with pytest.raises(RequestLimitExceededError):
            await client.get_limits()
        org.fault("expire_tokens")
        assert await client.get_limits()  # it renews its token by itself

    async def with_a_wrong_secret(client: Salesforce) -> None:
        with pytest.raises(AuthenticationError, match="invalid_client"):
            await client.get_limits()

    as_client(org, steps)
    as_client(org, with_a_wrong_secret, ClientCredentialsFlow(org.basic[0], "wrong"))
