"""Salesforce has the lead's record and its Task once."""

from tests.support.form_visitors import a_director, an_address
from tests.support.local_cloud import RunningCloud, eventually

CUSTOMER = "existing.customer@example.co.jp"
"""The address of a Contact that was in Salesforce before and belongs to Bob."""


def test_a_customer_gets_no_new_lead_but_a_task_for_the_owner(cloud: RunningCloud) -> None:
    # given a Contact that Bob looks after
    [contact] = cloud.records("Contact", "Id, OwnerId, Owner.Email", Email=CUSTOMER)
    assert contact["Owner"]["Email"] == "bob@ripen.example"

    # when that person fills in the form
    cloud.submit("whitepaper", **a_director(email=CUSTOMER))
    lead = eventually(lambda: lead if (lead := cloud.lead(CUSTOMER))["profile"]["crm"] else {})

    # then the Contact stands for the lead, Bob has one Task, and no record is doubled
    assert lead["profile"]["crm"]["id"] == contact["Id"]
    tasks = cloud.records("Task", "OwnerId, Subject", WhoId=contact["Id"])
    assert [task["OwnerId"] for task in tasks] == [contact["OwnerId"]]
    assert cloud.records("Lead", "Id", Email=CUSTOMER) == []
    [written] = cloud.records("Contact", "Ripen_Rank__c, Ripen_Key__c", Id=contact["Id"])
    assert written == {"Ripen_Rank__c": "warm", "Ripen_Key__c": lead["profile"]["id"]}


def test_a_lead_with_only_an_address_waits_for_name_and_company(cloud: RunningCloud) -> None:
    # given a lead that left only an address
    email = an_address()
    cloud.submit("whitepaper", email=email)
    waiting = eventually(lambda: crm if (crm := cloud.lead(email)["crm"] or {}).get("waits_for") else {})

    # then the lead says what is missing, and Salesforce has nothing
    assert waiting["waits_for"] == "last_name, company"
    assert cloud.records("Lead", "Id", Email=email) == []

    # when name and company come
    cloud.submit("whitepaper", **a_director(email=email))
    eventually(lambda: cloud.lead(email)["profile"]["crm"])

    # then the record is made
    [record] = cloud.records("Lead", "Company", Email=email)
    assert record["Company"] == "株式会社サンプル商事"
