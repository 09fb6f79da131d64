"""The stand-in serves simple-salesforce, the client that we use, over TLS."""

from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id, format_soql

from tests.sandbox.salesforce.conftest import AnOrg

LEAD = {"LastName": "山田", "Company": "みどり物流"}


@pytest.fixture
def client(org: AnOrg) -> Any:
    session = requests.Session()
    session.trust_env = False  # else a CA bundle of the environment wins over ours
    session.verify = str(org.authorities)
    return Salesforce(session_id=org.log_in(), instance_url=org.url, session=session, version="62.0")


def test_a_record_is_created_read_changed_and_deleted(client: Any) -> None:
    id = client.Lead.create(LEAD)["id"]
    assert client.Lead.get(id)["Company"] == "みどり物流"
    assert client.Lead.update(id, {"Title": "部長"}) == 204
    assert client.Lead.delete(id) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Lead.get(id)


def test_an_upsert_key_may_have_any_characters(client: Any) -> None:
    key = format_external_id("Ripen_Key__c", "a/b+c d")
    assert client.Lead.upsert(key, LEAD, raw_response=True).json()["created"] is True
    assert client.Lead.upsert(key, {"Title": "課長"}) == 200
    found = client.query(format_soql("SELECT Title FROM Lead WHERE Ripen_Key__c = {}", "a/b+c d"))
    assert [lead["Title"] for lead in found["records"]] == ["課長"]


def test_a_hostile_value_is_quoted(client: Any) -> None:
    client.Lead.create({**LEAD, "LastName": r"O'Hara\ "})
    hostile = ["' OR Id != null OR LastName = '", "O'Hara\\"]
    found = client.query(format_soql("SELECT LastName FROM Lead WHERE LastName IN {}", hostile))
    assert [lead["LastName"] for lead in found["records"]] == ["O'Hara\\"]


def test_a_query_returns_the_records_of_all_pages(client: Any) -> None:
    for start in range(0, 2200, 200):
        rows = [{"attributes": {"type": "Lead"}, **LEAD, "Title": str(start + n)} for n in range(200)]
        client.restful("composite/sobjects", method="POST", json={"records": rows})
    found = client.query_all("SELECT Title FROM Lead")
    assert found["totalSize"] == 2200
    assert len({lead["Title"] for lead in found["records"]}) == 2200
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 2200


def test_limits_and_description_are_read(client: Any) -> None:
    assert client.limits()["DailyApiRequests"]["Max"] == 15000
    assert client.api_usage["api-usage"].total == 15000
    assert client.Lead.describe()["name"] == "Lead"
    assert "Lead" in [sobject["name"] for sobject in client.describe()["sobjects"]]


def test_an_error_raises_the_matching_exception(org: AnOrg, client: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Lead.create({"LastName": "a"})
    said: Any = refused.value.content
    assert said[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    for _ in range(2):
        client.Lead.create({**LEAD, "Email": "taro@example.co.jp"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Lead.upsert("Email/taro@example.co.jp", {"Title": "x"})
    org.fault("limit")
    with pytest.raises(SalesforceRefusedRequest):
        client.query("SELECT Id FROM Lead")
    org.fault("expire_tokens")
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead")
