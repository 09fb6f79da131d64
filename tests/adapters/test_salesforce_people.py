"""Opt-outs are read from our records: those that are opted out, and those that others than Ripen have changed."""

from datetime import timedelta

import pytest
import requests

from ripen.adapters.salesforce.people import SalesforcePeople
from ripen.adapters.salesforce.records import Salesforce
from sandbox.salesforce.connected_app import connected_app
from tests.support.fakes import NOON
from tests.support.salesforce_org import FixedSecrets, Org, a_wish, create, token, written


@pytest.mark.parametrize("field", ["HasOptedOutOfEmail", "DoNotCall"])
def test_opt_out_that_sales_entered_is_read(org: Org, salesforce: Salesforce, field: str) -> None:
    link, untouched = written(a_wish(), salesforce), written(a_wish(2), salesforce)
    create(org, "Lead", {"LastName": "Other", "Company": "x", field: True})
    url = f"{org.url}/services/data/v62.0/sobjects/Lead/{link.id}"
    requests.patch(url, json={field: True}, headers=token(org), timeout=5).raise_for_status()
    people = SalesforcePeople(FixedSecrets(connected_app(org.folder).secret(org.url)))

    found = [each for page in people.changed("Lead", NOON - timedelta(days=9999), None) for each in page]

    assert [(each.id, each.lead, each.opted_out) for each in found] == [(link.id, "lead1", True)]
    # and Ripen's own user, who owns a new Lead, is nobody in sales
    assert (link.owner, link.owner_name, link.owner_email) == (found[0].owner, "", "")
    assert (found[0].owner_name, found[0].owner_email) == ("", "")
    assert untouched.id not in {each.id for each in found}


@pytest.mark.parametrize("field", ["HasOptedOutOfEmail", "DoNotCall"])
def test_opt_out_entered_between_our_read_and_our_write_is_read(org: Org, salesforce: Salesforce, field: str) -> None:
    link, untouched = written(a_wish(), salesforce), written(a_wish(2), salesforce)
    url = f"{org.url}/services/data/v62.0/sobjects/Lead/{link.id}"
    requests.patch(url, json={field: True}, headers=token(org), timeout=5).raise_for_status()
    written(a_wish(), salesforce)
    people = SalesforcePeople(FixedSecrets(connected_app(org.folder).secret(org.url)))

    for _ in range(2):  # reading changes no record
        found = [each for page in people.changed("Lead", NOON - timedelta(days=9999), None) for each in page]
        assert [(each.id, each.opted_out) for each in found] == [(link.id, True)]
        assert untouched.id not in {each.id for each in found}


def test_records_in_the_recycle_bin_are_read_with_what_they_were_merged_into(org: Org, salesforce: Salesforce) -> None:
    links = [written(a_wish(number), salesforce) for number in (1, 2, 3)]
    org.control("merge", object="Lead", kept=links[0].id, merged=links[1].id)
    url = f"{org.url}/services/data/v62.0/sobjects/Lead/{links[2].id}"
    requests.delete(url, headers=token(org), timeout=5).raise_for_status()
    people = SalesforcePeople(FixedSecrets(connected_app(org.folder).secret(org.url)))

    found = [each for page in people.changed("Lead", NOON - timedelta(days=9999), None) for each in page]

    assert [(each.id, each.master) for each in found if each.deleted] == [(links[1].id, links[0].id), (links[2].id, "")]
