"""Accepting a lead: the salesperson becomes the owner of its record and gets one Task."""

from copy import replace

import pytest

from ripen.adapters.salesforce.records import Salesforce
from ripen.errors import Undeliverable
from tests.support.salesforce_org import Org, a_wish, ask, written


def test_accepting_a_lead_sets_the_owner_and_creates_one_task(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)

    accepted = salesforce.accept(link, "alice@ripen.example", "task1", "Call", "Hot")
    again = salesforce.accept(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert accepted == again
    assert (accepted.id, accepted.owner_name) == (link.id, "Alice Sato")
    [task] = ask(org, "SELECT WhoId, OwnerId, Subject, Description FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (link.id, accepted.owner)
    [lead] = ask(org, "SELECT OwnerId FROM Lead")
    assert lead["OwnerId"] == accepted.owner


def test_later_score_keeps_the_owner(org: Org, salesforce: Salesforce) -> None:
    accepted = salesforce.accept(written(a_wish(), salesforce), "alice@ripen.example", "task1", "Call", "Hot")

    link = written(replace(a_wish(company="別会社"), link=accepted), salesforce)

    assert link == accepted


def test_lead_that_was_converted_meanwhile_is_accepted_as_its_contact(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    converted = org.control("convert", lead=link.id)

    accepted = salesforce.accept(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert (accepted.object, accepted.id) == ("Contact", converted["ConvertedContactId"])


@pytest.mark.parametrize("email", ["dave@ripen.example", "nobody@ripen.example"])
def test_only_an_active_user_can_accept_a_lead(org: Org, salesforce: Salesforce, email: str) -> None:
    link = written(a_wish(), salesforce)

    with pytest.raises(Undeliverable, match="no active Salesforce user") as caught:
        salesforce.accept(link, email, "task1", "Call", "Hot")

    assert caught.value.permanent
    assert email not in caught.value.reason
