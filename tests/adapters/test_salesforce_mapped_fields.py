"""The fields that the playbook maps are written by their rules, in our Salesforce stand-in."""

from datetime import UTC, datetime

from ripen.adapters.salesforce.records import Salesforce
from ripen.playbook.bundle import CrmField, CrmWrite, SyncRule
from tests.support.salesforce_org import Org, a_wish, ask, create, written


def test_mapped_fields_are_replaced_appended_and_cleared_by_their_rules(org: Org, salesforce: Salesforce) -> None:
    rule = SyncRule(
        fields={
            "Title": CrmField(source="job_title", write=CrmWrite.NEWEST),
            "Description": CrmField(source="memo", write=CrmWrite.APPEND),
            "Phone": CrmField(source="phone", write=CrmWrite.OURS, clears=True),
        }
    )
    org.control("knobs", fields={"Lead.Description": True})
    known = {"LastName": "x", "Company": "x", "Email": "lead1@example.co.jp"}
    create(org, "Lead", known | {"Title": "課長", "Description": "電話した", "Phone": "03-9999-9999"})
    later = datetime(2099, 1, 1, tzinfo=UTC)

    written(a_wish(rule=rule, phone="", attributes={"memo": "来社"}, given_at={"job_title": later}), salesforce)

    [lead] = ask(org, "SELECT Title, Description, Phone FROM Lead")
    lead.pop("attributes")
    assert lead == {"Title": "部長", "Description": "電話した\n来社", "Phone": None}


def test_a_value_older_than_the_record_does_not_replace_the_newer_one(org: Org, salesforce: Salesforce) -> None:
    rule = SyncRule(fields={"Title": CrmField(source="job_title", write=CrmWrite.NEWEST)})
    create(org, "Lead", {"LastName": "x", "Company": "x", "Email": "lead1@example.co.jp", "Title": "課長"})

    written(a_wish(rule=rule, given_at={"job_title": datetime(2020, 1, 1, tzinfo=UTC)}), salesforce)

    [lead] = ask(org, "SELECT Title FROM Lead")
    assert lead["Title"] == "課長"
