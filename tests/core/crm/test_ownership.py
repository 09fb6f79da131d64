"""Whom a record belongs to after a salesperson accepted the lead."""

from typing import Any

import pytest

from ripen.crm.ownership import Acceptance, Owner, Ownership, acceptance, owner_change
from ripen.crm.upsert import Task

ALICE, BOB, LEFT = Owner("005A", "Alice"), Owner("005B", "Bob"), Owner("005L", "Left", active=False)
QUEUE, RIPEN = Owner("00G1", "Inbound", active=False), Owner("005R", "Ripen")
TASK = Task(key="t", subject="Call", description="")


def a_record(**changes: Any) -> Ownership:
    known: dict[str, Any] = {"object": "Lead", "id": "00Q1", "owner": QUEUE, "user": ALICE, "ripen": RIPEN.id}
    return Ownership(**(known | changes))


@pytest.mark.parametrize(
    ("owner", "lead", "contact"),
    [
        (QUEUE, Acceptance.TAKE_OVER, Acceptance.STAY),
        (RIPEN, Acceptance.TAKE_OVER, Acceptance.STAY),
        (LEFT, Acceptance.TAKE_OVER, Acceptance.STAY),
        (ALICE, Acceptance.STAY, Acceptance.STAY),
        (BOB, Acceptance.ASK_OWNER, Acceptance.ASK_OWNER),
    ],
    ids=["queue", "ripen", "left", "own", "colleague"],
)
def test_only_a_lead_that_nobody_works_on_is_taken_over(owner: Owner, lead: Acceptance, contact: Acceptance) -> None:
    assert acceptance(a_record(owner=owner)) is lead
    assert acceptance(a_record(owner=owner, object="Contact")) is contact


@pytest.mark.parametrize(
    ("owner", "expected"), [(QUEUE, Acceptance.NO_USER), (LEFT, Acceptance.NO_USER), (BOB, Acceptance.ASK_OWNER)]
)
def test_a_person_without_a_user_can_only_ask_the_owner(owner: Owner, expected: Acceptance) -> None:
    assert acceptance(a_record(owner=owner, user=None)) is expected


@pytest.mark.parametrize(
    ("course", "owner", "after", "sets_owner", "task_owner"),
    [
        (Acceptance.TAKE_OVER, QUEUE, ALICE, True, ALICE),
        (Acceptance.STAY, LEFT, LEFT, False, ALICE),
        (Acceptance.ASK_OWNER, BOB, BOB, False, BOB),
    ],
)
def test_the_task_goes_to_the_person_who_acts(
    course: Acceptance, owner: Owner, after: Owner, sets_owner: bool, task_owner: Owner
) -> None:
    change = owner_change(a_record(owner=owner), course, TASK)

    assert (change.owner, change.sets_owner, change.task, change.task_owner) == (after, sets_owner, TASK, task_owner.id)


def test_a_task_that_exists_is_not_created_again() -> None:
    assert owner_change(a_record(has_task=True), Acceptance.TAKE_OVER, TASK).task is None
