"""Who claims a lead owns its record, with one Task."""

from copy import replace

import pytest

from ripen.adapters.salesforce.records import Salesforce
from ripen.errors import Undeliverable
from tests.support.salesforce_org import Org, a_wish, ask, written


def test_claiming_changes_the_owner_and_makes_one_task(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)

    claimed = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")
    again = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert claimed == again
    assert (claimed.id, claimed.owner_name) == (link.id, "Alice Sato")
    [task] = ask(org, "SELECT WhoId, OwnerId, Subject, Description FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (link.id, claimed.owner)
    [lead] = ask(org, "SELECT OwnerId FROM Lead")
    assert lead["OwnerId"] == claimed.owner


def test_a_score_written_after_a_claim_leaves_the_owner(org: Org, salesforce: Salesforce) -> None:
    claimed = salesforce.claim(written(a_wish(), salesforce), "alice@ripen.example", "task1", "Call", "Hot")

    link = written(replace(a_wish(company="別会社"), link=claimed), salesforce)

    assert link == claimed


def test_a_lead_converted_meanwhile_is_claimed_as_the_contact(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    became = org.control("convert", lead=link.id)

    claimed = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert (claimed.object, claimed.id) == ("Contact", became["ConvertedContactId"])


@pytest.mark.parametrize("email", ["dave@ripen.example", "nobody@ripen.example"])
def test_who_is_no_active_user_cannot_claim(org: Org, salesforce: Salesforce, email: str) -> None:
    link = written(a_wish(), salesforce)

    with pytest.raises(Undeliverable, match="no active Salesforce user") as caught:
        salesforce.claim(link, email, "task1", "Call", "Hot")

    assert caught.value.permanent
    assert email not in caught.value.reason
