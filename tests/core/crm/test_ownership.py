"""Whom a record belongs to after a salesperson accepted the lead."""

from typing import Any

import pytest

from ripen.crm.ownership import (
    Acceptance,
    Handover,
    Held,
    Owner,
    Ownership,
    acceptance,
    handover,
    owner_change,
    release_change,
)
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


def test_a_handover_remembers_the_former_owner_also_after_a_lost_answer() -> None:
    taken = handover(a_record(), Acceptance.TAKE_OVER, "t", None)
    again = handover(a_record(owner=ALICE), Acceptance.STAY, "t", taken)

    assert taken == again == Handover(user=ALICE.id, former=QUEUE.id, former_name="Inbound", task="t")
    assert handover(a_record(owner=ALICE), Acceptance.STAY, "t", None) == Handover(user=ALICE.id, task="t")


TAKEN = Handover(user=ALICE.id, former=QUEUE.id, former_name="Inbound", task="t")


def a_held_record(**changes: Any) -> Held:
    known: dict[str, Any] = {"object": "Lead", "id": "00Q1", "owner": ALICE, "former": QUEUE, "ripen": RIPEN}
    return Held(**(known | {"task": "00T1"} | changes))


@pytest.mark.parametrize(("former", "back"), [(QUEUE, QUEUE), (BOB, BOB), (RIPEN, RIPEN), (LEFT, RIPEN), (None, RIPEN)])
def test_a_released_lead_returns_to_its_former_owner_or_to_ripen(former: Owner | None, back: Owner) -> None:
    change = release_change(a_held_record(former=former), TAKEN)

    assert (change.owner, change.sets_owner, change.closes, change.task) == (back, True, "00T1", None)


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({"owner": BOB}, TAKEN),
        ({"object": "Contact"}, TAKEN),
        ({}, Handover(user=ALICE.id, task="t")),
    ],
    ids=["has another owner by now", "was converted", "was not taken over"],
)
def test_a_release_takes_nothing_from_others_and_closes_the_task(changes: dict[str, Any], taken: Handover) -> None:
    held = a_held_record(**changes)
    change = release_change(held, taken)

    assert (change.owner, change.sets_owner, change.closes) == (held.owner, False, "00T1")
