"""Records that are found, created and updated in our Salesforce stand-in over TLS."""

from collections.abc import Mapping
from copy import replace

import pytest
import requests

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.salesforce.records import Salesforce
from ripen.crm.crm_fields import LONG
from ripen.crm.field_write import changes
from ripen.crm.shared_record import plan_all
from ripen.crm.upsert import Write
from ripen.errors import Undeliverable
from ripen.playbook.bundle import CrmField, SyncRule
from tests.support.salesforce_org import CUSTOMER, Org, a_plan, a_wish, ask, composites, create, logins, token, written


def test_new_lead_is_created_with_our_fields_and_its_link_is_returned(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)

    [lead] = ask(
        org,
        "SELECT LastName, Company, Phone, LeadSource, Ripen_Score__c, Ripen_Rank__c, Ripen_Reasons__c, Ripen_Key__c"
        " FROM Lead",
    )
    lead.pop("attributes")
    assert lead == {
        "LastName": "山田",
        "Company": "株式会社サンプル",
        "Phone": "03-1234-5678",
        "LeadSource": "Ripen",
        "Ripen_Score__c": 53,
        "Ripen_Rank__c": "warm",
        "Ripen_Reasons__c": "役職: 部長\nIt's \\ 'quoted'",
        "Ripen_Key__c": "lead1",
    }
    assert link.object == "Lead"
    assert link.url == f"{org.url}/lightning/r/Lead/{link.id}/view"
    assert link.owner.startswith("005")
    assert link.owner_name == ""  # the integration user is nobody


def test_200_leads_take_two_calls(org: Org, salesforce: Salesforce) -> None:
    wishes = [a_wish(n) for n in range(200)]

    found = salesforce.find(wishes)
    results = salesforce.write([plan for plan in plan_all(wishes, found, {}) if isinstance(plan, Write)])

    assert composites(org) == 2
    assert logins(org) == 1
    assert len({result.link.id for result in results if result.link}) == 200


@pytest.mark.parametrize("email", ["lead1@example.co.jp", CUSTOMER])
def test_a_record_shows_what_was_written_as_the_same_values(org: Org, salesforce: Salesforce, email: str) -> None:
    wish = a_wish(email=email)
    link = written(wish, salesforce)

    assert set(changes(a_plan(replace(wish, link=link), salesforce))) == set(LONG)


def test_repeated_write_creates_no_second_lead(org: Org, salesforce: Salesforce) -> None:
    plan = a_plan(a_wish(), salesforce)

    first, second = salesforce.write([plan]), salesforce.write([plan])

    assert first[0].link == second[0].link
    assert len(ask(org, "SELECT Id FROM Lead")) == 1


def test_refused_record_does_not_stop_the_others(org: Org, salesforce: Salesforce) -> None:
    plans = [a_plan(a_wish(n), salesforce) for n in (1, 2, 3)]
    plans[1] = replace(plans[1], fields=plans[1].fields | {"Email": "no address"})

    good, bad, other = salesforce.write(plans)

    assert good.link
    assert other.link
    assert bad.link is None
    assert bad.refused
    assert bad.refused.permanent
    assert bad.refused.reason.startswith("INVALID_EMAIL_ADDRESS")


def test_locked_row_is_refused_temporarily(org: Org, salesforce: Salesforce) -> None:
    plan = a_plan(a_wish(), salesforce)
    org.control("faults", mode="lock_row", count=1)

    [result] = salesforce.write([plan])

    assert result.refused
    assert not result.refused.permanent
    assert result.refused.reason.startswith("UNABLE_TO_LOCK_ROW")


def test_existing_contact_is_found_in_any_letter_case_and_its_owner_gets_one_task(
    org: Org, salesforce: Salesforce
) -> None:
    wish = a_wish(email=CUSTOMER.upper())
    plan = a_plan(wish, salesforce)

    [result] = salesforce.write([plan])

    assert result.refused is None
    assert result.link
    assert (result.link.object, result.link.owner_name) == ("Contact", "Bob Tanaka")
    [contact] = ask(org, "SELECT FirstName, Title, Ripen_Score__c FROM Contact")
    assert (contact["FirstName"], contact["Title"], contact["Ripen_Score__c"]) == ("花子", "部長", 53)
    [task] = ask(org, "SELECT WhoId, OwnerId, Ripen_Key__c, Subject FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (result.link.id, result.link.owner)
    assert salesforce.find([wish]).tasks == {wish.task.key}
    assert a_plan(wish, salesforce).task is None
    assert ask(org, "SELECT Id FROM Lead") == []


def test_task_that_is_done_is_not_searched(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish(email=CUSTOMER)
    written(wish, salesforce)

    assert salesforce.find([replace(wish, task_is_done=True)]).tasks == frozenset()


def test_field_that_sales_filled_in_is_kept(org: Org, salesforce: Salesforce) -> None:
    written(a_wish(phone="", job_title="課長"), salesforce)

    written(a_wish(job_title="部長", phone="+81312345678"), salesforce)

    [lead] = ask(org, "SELECT Title, Phone FROM Lead")
    assert (lead["Title"], lead["Phone"]) == ("課長", "03-1234-5678")


def test_converted_lead_is_followed_to_its_contact(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    converted = org.control("convert", lead=link.id)

    linked = replace(a_wish(email="new.address@example.co.jp"), link=link)
    followed = written(linked, salesforce)

    assert (followed.object, followed.id) == ("Contact", converted["ConvertedContactId"])
    assert ask(org, "SELECT Id FROM Task") == []


def test_records_written_before_a_lost_answer_are_found_again(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish(email=CUSTOMER)
    plan = a_plan(wish, salesforce)
    org.control("faults", mode="drop_after_write", count=1)
    with pytest.raises(Undeliverable):
        salesforce.write([plan])

    written(wish, salesforce)

    assert len(ask(org, "SELECT Id FROM Task")) == 1


def test_no_value_can_change_the_query(org: Org, salesforce: Salesforce) -> None:
    written(a_wish(), salesforce)

    found = salesforce.find([a_wish(2, email="x') OR Email LIKE '%@%'/**/OR Email IN ('")])

    assert found.records == ()


def test_query_of_several_pages_is_read_to_its_end(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish()
    for start in range(0, 2001, 200):
        rows = [{"LastName": str(n), "Company": "c", "Email": wish.email} for n in range(start, start + 200)]
        create(org, "Lead", *rows)

    assert len(salesforce.find([wish]).records) == 2200


def test_mapped_fields_are_written_to_a_new_lead_and_filled_where_they_are_blank(
    org: Org, salesforce: Salesforce
) -> None:
    org.control("knobs", fields={"Lead.Industry": True})
    rule = SyncRule(fields={"Status": CrmField(value="Working - Contacted"), "Industry": CrmField(source="industry")})
    written(a_wish(rule=rule), salesforce)

    [new] = ask(org, "SELECT Status, Industry FROM Lead")
    later = SyncRule(fields=rule.fields | {"Status": CrmField(value="Open - Not Contacted")})
    written(a_wish(rule=later, attributes={"industry": "Banking"}), salesforce)

    assert (new["Status"], new["Industry"]) == ("Working - Contacted", None)
    [lead] = ask(org, "SELECT Status, Industry FROM Lead")
    assert (lead["Status"], lead["Industry"]) == ("Working - Contacted", "Banking")


@pytest.mark.parametrize("object", ["Lead", "Contact"])
@pytest.mark.parametrize("field", ["HasOptedOutOfEmail", "DoNotCall"])
def test_an_opt_out_is_read(org: Org, salesforce: Salesforce, object: str, field: str) -> None:
    required = {"Company": "x"} if object == "Lead" else {}
    create(org, object, {"LastName": "x", "Email": "lead1@example.co.jp", field: True} | required)
    create(org, object, {"LastName": "x", "Email": "lead2@example.co.jp"} | required)

    found = salesforce.find([a_wish(1), a_wish(2)]).records

    assert {record.email: record.opted_out for record in found} == {
        "lead1@example.co.jp": True,
        "lead2@example.co.jp": False,
    }


def test_a_record_that_sales_merged_is_followed_to_the_one_that_was_kept(org: Org, salesforce: Salesforce) -> None:
    ids = create(org, "Lead", *({"LastName": name, "Company": "x"} for name in ("master", "last")))
    link = written(a_wish(), salesforce)
    org.control("merge", object="Lead", kept=ids[0], merged=link.id)
    org.control("merge", object="Lead", kept=ids[1], merged=ids[0])

    followed = written(replace(a_wish(), link=link), salesforce)

    assert followed.id == ids[1]
    [lead] = ask(org, "SELECT LastName, Ripen_Key__c FROM Lead")
    assert (lead["LastName"], lead["Ripen_Key__c"]) == ("last", "lead1")


def test_a_contact_that_sales_merged_is_followed(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(email=CUSTOMER), salesforce)
    [kept] = create(org, "Contact", {"LastName": "master"})
    org.control("merge", object="Contact", kept=kept, merged=link.id)

    assert written(replace(a_wish(), link=link), salesforce).id == kept


def test_a_linked_record_that_sales_deleted_is_no_merge(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    requests.delete(f"{org.url}/services/data/v62.0/sobjects/Lead/{link.id}", headers=token(org), timeout=5)

    assert salesforce.find([replace(a_wish(), link=link)]).records == ()


def test_200_leads_with_long_addresses_are_found_by_urls_that_salesforce_accepts(
    org: Org, salesforce: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = list[str]()

    def call(connection: Connection, parts: Mapping[str, composite.Subrequest]) -> dict[str, Answer]:
        urls.extend(part["url"] for part in parts.values())
        return send(connection, parts)

    send = composite.call
    monkeypatch.setattr(composite, "call", call)

    def email(n: int, length: int) -> str:
        return f"{n:03}".ljust(length - 11, "+") + "@example.jp"

    wishes = [a_wish(n, email=email(n, 80 if n else 200)) for n in range(200)]
    create(org, "Lead", *({"LastName": "x", "Company": "x", "Email": email(n, 80)} for n in (1, 199)))

    found = salesforce.find(wishes)

    assert {record.email for record in found.records} == {email(1, 80), email(199, 80)}
    assert max(map(len, urls)) <= 16_000


def test_an_address_that_no_record_can_have_is_not_asked_for(org: Org, salesforce: Salesforce) -> None:
    assert salesforce.find([a_wish(email="x" * 300 + "@example.jp")]).records == ()


def test_assignment_rule_chooses_the_owner_of_a_new_lead_and_never_takes_it_again(
    org: Org, salesforce: Salesforce
) -> None:
    users = {user["Email"]: user["Id"] for user in ask(org, "SELECT Id, Email FROM User")}
    org.control("knobs", assignment=users["bob@ripen.example"])
    assert written(a_wish(), salesforce).owner_email == "bob@ripen.example"

    org.control("knobs", assignment=users["carol@ripen.example"])
    written(a_wish(job_title="課長"), salesforce)

    assert [lead["OwnerId"] for lead in ask(org, "SELECT OwnerId FROM Lead")] == [users["bob@ripen.example"]]


def test_lead_that_sharing_hides_from_edits_is_refused_alone_and_tried_again(org: Org, salesforce: Salesforce) -> None:
    [alice] = ask(org, "SELECT Id FROM User WHERE Email = 'alice@ripen.example'")
    person = {"LastName": "佐藤", "Company": "みどり物流", "Email": "lead1@example.co.jp"}
    create(org, "Lead", person | {"OwnerId": alice["Id"]})
    org.control("knobs", sharing={"Lead": "read"})

    results = salesforce.write([a_plan(a_wish(n), salesforce) for n in (1, 2)])

    refused = [result.refused for result in results]
    assert refused[0]
    assert refused[0].reason.startswith("INSUFFICIENT_ACCESS_OR_READONLY")
    assert (refused[0].permanent, refused[1]) == (False, None)


def test_every_lead_is_refused_if_addresses_cannot_be_searched(org: Org, salesforce: Salesforce) -> None:
    org.control("knobs", encrypted=["Lead.Email"])
    with pytest.raises(Undeliverable, match="INVALID_FIELD") as refused:
        salesforce.find([a_wish()])
    assert not refused.value.permanent
