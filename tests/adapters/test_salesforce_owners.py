"""The owner of a record: who it is, and a change of it with its Task, both or none."""

from copy import replace
from datetime import date

import pytest

from ripen.adapters.salesforce.owners import SalesforceOwners
from ripen.adapters.salesforce.records import Salesforce
from ripen.crm.ownership import (
    Acceptance,
    Handover,
    Owner,
    OwnerChange,
    acceptance,
    handover,
    owner_change,
    release_change,
)
from ripen.crm.upsert import DELETED, Task
from ripen.crm.users import CrmUser
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink
from sandbox.salesforce.connected_app import connected_app
from sandbox.salesforce.ids import make
from sandbox.salesforce.seed import QUEUE
from tests.support.salesforce_org import CUSTOMER, FixedSecrets, Org, a_wish, ask, composites, create, written

ALICE, BOB = "alice@ripen.example", "bob@ripen.example"
TASK = Task(key="task1", subject="Call", description="Hot", due=date(2026, 11, 30), urgent=True)


@pytest.fixture
def owners(org: Org) -> SalesforceOwners:
    return SalesforceOwners(FixedSecrets(connected_app(org.folder).secret(org.url)))


def accept(owners: SalesforceOwners, link: CrmLink, email: str = ALICE, task: Task = TASK) -> CrmLink:
    found = owners.find(link, CrmUser(email=email), task.key)
    return owners.change(owner_change(found, acceptance(found), task))


def test_a_lead_of_ripen_is_taken_over_with_one_task(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    assert acceptance(owners.find(link, CrmUser(email=ALICE), TASK.key)) is Acceptance.TAKE_OVER

    accepted = accept(owners, link)
    again = accept(owners, link)

    assert accepted == again
    assert (accepted.id, accepted.owner_name, accepted.owner_email) == (link.id, "Alice Sato", ALICE)
    [task] = ask(org, "SELECT WhoId, OwnerId, Subject, Description, ActivityDate, Priority FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (link.id, accepted.owner)
    assert (task["ActivityDate"], task["Priority"]) == ("2026-11-30", "High")
    [lead] = ask(org, "SELECT OwnerId FROM Lead")
    assert lead["OwnerId"] == accepted.owner


def test_the_lookup_is_one_call_and_the_change_another(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    before = composites(org)

    accept(owners, link)

    assert composites(org) - before == 2


def test_a_colleague_keeps_the_lead_and_gets_the_task(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    bobs = accept(owners, written(a_wish(), salesforce), BOB)

    link = accept(owners, bobs, task=replace(TASK, key="task2"))

    assert link == bobs
    assert [task["OwnerId"] for task in ask(org, "SELECT OwnerId FROM Task ORDER BY CreatedDate")] == [bobs.owner] * 2


def test_a_later_score_keeps_the_owner(salesforce: Salesforce, owners: SalesforceOwners) -> None:
    accepted = accept(owners, written(a_wish(), salesforce))

    link = written(replace(a_wish(company="別会社"), link=accepted), salesforce)

    assert replace(link, status="") == accepted


def test_a_lead_that_was_converted_meanwhile_is_its_contact(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    converted = org.control("convert", lead=link.id)

    found = owners.find(link, CrmUser(email=ALICE), TASK.key)

    assert (found.object, found.id) == ("Contact", converted["ConvertedContactId"])
    assert (found.owner.id, acceptance(found)) == (found.ripen, Acceptance.STAY)


@pytest.mark.parametrize("email", ["dave@ripen.example", "nobody@ripen.example", ""])
def test_only_an_active_user_is_found(salesforce: Salesforce, owners: SalesforceOwners, email: str) -> None:
    assert owners.find(written(a_wish(), salesforce), CrmUser(email=email) if email else None, TASK.key).user is None


def test_two_users_with_one_address_are_nobody(org: Org, salesforce: Salesforce, owners: SalesforceOwners) -> None:
    create(
        org,
        "User",
        {"LastName": "Twin", "Username": "twin@acme.example", "Email": ALICE, "Alias": "t", "IsActive": True},
    )

    assert owners.find(written(a_wish(), salesforce), CrmUser(email=ALICE), TASK.key).user is None


def test_the_address_of_a_user_in_a_sandbox_has_an_ending(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    erin = {"LastName": "Mori", "Username": "erin@acme.example", "Email": "erin@ripen.example.invalid", "Alias": "e"}
    [id] = create(org, "User", erin | {"IsActive": True})

    found = owners.find(written(a_wish(), salesforce), CrmUser(email="erin@ripen.example"), TASK.key)

    assert found.user and found.user.id == id


@pytest.mark.parametrize("key", ["id", "username"])
def test_user_that_the_playbook_names_is_found(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners, key: str
) -> None:
    fred = {"LastName": "Abe", "Username": "fred@acme.example", "Email": "fred@crm.example", "Alias": "f"}
    [id] = create(org, "User", fred | {"IsActive": True})
    user = {"id": CrmUser(id=id), "username": CrmUser(username="fred@acme.example")}[key]

    found = owners.find(written(a_wish(), salesforce), user, TASK.key)

    assert found.user and found.user.id == id


def test_record_that_sales_merged_is_accepted_and_released(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    [kept] = create(org, "Lead", {"LastName": "master", "Company": "x"})
    org.control("merge", object="Lead", kept=kept, merged=link.id)

    accepted, undo = taken(owners, link)

    assert accepted.id == kept
    assert owners.find_held(link, undo).id == kept


def test_record_that_was_merged_into_another_leads_is_followed(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link, other = written(a_wish(), salesforce), written(a_wish(2), salesforce)
    org.control("merge", object="Lead", kept=other.id, merged=link.id)

    assert owners.find(link, CrmUser(email=ALICE), TASK.key).id == other.id


def test_a_record_that_is_gone_is_refused_for_good(owners: SalesforceOwners) -> None:
    with pytest.raises(Undeliverable, match=DELETED) as caught:
        owners.find(CrmLink(object="Lead", id=make("00Q", 999), url=""), CrmUser(email=ALICE), TASK.key)

    assert caught.value.permanent


def test_a_refused_owner_leaves_no_task_and_names_the_cause(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    [left] = ask(org, "SELECT Id, Name FROM User WHERE IsActive = false")
    found = owners.find(link, CrmUser(email=ALICE), TASK.key)
    wanted = owner_change(found, Acceptance.TAKE_OVER, TASK)
    inactive = replace(wanted, owner=replace(wanted.owner, id=left["Id"]))

    with pytest.raises(Undeliverable, match="INACTIVE_OWNER_OR_USER"):
        owners.change(inactive)

    assert ask(org, "SELECT Id FROM Task") == []


def test_a_refused_task_leaves_the_owner(org: Org, salesforce: Salesforce, owners: SalesforceOwners) -> None:
    link = written(a_wish(), salesforce)
    found = owners.find(link, CrmUser(email=ALICE), TASK.key)
    wanted: OwnerChange = replace(owner_change(found, Acceptance.TAKE_OVER, TASK), task_owner="005000000000009AAA")

    with pytest.raises(Undeliverable, match="INVALID_CROSS_REFERENCE_KEY"):
        owners.change(wanted)

    [lead] = ask(org, "SELECT OwnerId FROM Lead")
    assert lead["OwnerId"] == found.owner.id


def taken(owners: SalesforceOwners, link: CrmLink) -> tuple[CrmLink, Handover]:
    """Let Alice accept the lead, and return its link and what can be undone."""
    found = owners.find(link, CrmUser(email=ALICE), TASK.key)
    return accept(owners, link), handover(found, acceptance(found), TASK.key, None)


def test_a_release_restores_the_owner_and_closes_the_task_once(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link, undo = taken(owners, written(a_wish(), salesforce))

    for _ in range(2):
        released = owners.change(release_change(owners.find_held(link, undo), undo))

    assert (released.owner, released.owner_name) == (undo.former, "")
    [task] = ask(org, "SELECT Status, IsClosed, OwnerId FROM Task")
    assert (task["Status"], task["IsClosed"], task["OwnerId"]) == ("Completed", True, link.owner)


def test_a_lead_of_a_queue_is_taken_over_and_given_back(org: Org, owners: SalesforceOwners) -> None:
    [queue] = ask(org, "SELECT Id, Name FROM Group WHERE Type = 'Queue'")
    [id] = create(org, "Lead", {"LastName": "山田", "Company": "みどり物流", "OwnerId": queue["Id"]})
    link = CrmLink(object="Lead", id=id, url="")
    found = owners.find(link, CrmUser(email=ALICE), TASK.key)
    assert (found.owner.id, found.owner.name, acceptance(found)) == (queue["Id"], QUEUE, Acceptance.TAKE_OVER)

    accepted, undo = taken(owners, link)
    assert accepted.owner_email == ALICE
    released = owners.change(release_change(owners.find_held(link, undo), undo))

    assert (released.owner, released.owner_name) == (queue["Id"], QUEUE)
    assert ask(org, "SELECT Owner.Name FROM Lead")[0]["Owner"]["Name"] == QUEUE


def test_ripen_may_not_transfer_a_contact(org: Org, owners: SalesforceOwners) -> None:
    [contact] = [row for row in ask(org, "SELECT Id, Email FROM Contact") if row["Email"] == CUSTOMER]
    found = owners.find(CrmLink(object="Contact", id=contact["Id"], url=""), CrmUser(email=ALICE), TASK.key)
    assert (found.owner.email, acceptance(found)) == (BOB, Acceptance.ASK_OWNER)

    with pytest.raises(Undeliverable, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        owners.change(owner_change(found, Acceptance.TAKE_OVER, TASK))

    owners.change(owner_change(found, acceptance(found), TASK))
    assert [task["OwnerId"] for task in ask(org, "SELECT OwnerId FROM Task")] == [found.owner.id]


def test_a_release_finds_the_new_owner_of_a_record(org: Org, salesforce: Salesforce, owners: SalesforceOwners) -> None:
    link, undo = taken(owners, written(a_wish(), salesforce))
    bob = owners.find(link, CrmUser(email=BOB), TASK.key).user
    assert bob
    owners.change(OwnerChange(object="Lead", id=link.id, owner=bob, sets_owner=True))

    held = owners.find_held(link, undo)

    assert (held.owner.id, held.former, held.ripen.name) == (bob.id, held.ripen, "Ripen")
    assert owners.change(release_change(held, undo)).owner == bob.id


def test_a_former_owner_who_left_is_known_and_a_queue_keeps_its_name(
    org: Org, salesforce: Salesforce, owners: SalesforceOwners
) -> None:
    link = written(a_wish(), salesforce)
    [left] = ask(org, "SELECT Id, Name FROM User WHERE IsActive = false")

    def former(id: str) -> Owner | None:
        return owners.find_held(link, Handover(user="005", former=id, former_name="Inbound", task="t")).former

    assert former(left["Id"]) == Owner(left["Id"], left["Name"], "dave@ripen.example", active=False)
    assert former("00G000000000001AAA") == Owner("00G000000000001AAA", "Inbound")
    assert former(make("005", 999)) is None


def test_a_change_without_writes_makes_no_call(org: Org, salesforce: Salesforce, owners: SalesforceOwners) -> None:
    link = written(a_wish(), salesforce)
    owner = owners.find(link, CrmUser(email=ALICE), TASK.key).owner
    before = composites(org)

    same = owners.change(OwnerChange(object="Lead", id=link.id, owner=owner))

    assert (same.owner, composites(org)) == (owner.id, before)
