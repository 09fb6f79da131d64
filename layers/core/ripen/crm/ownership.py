"""Who owns a lead's record in the CRM, and what follows when a salesperson accepts the lead or gives it back.

A Lead is taken over only from a queue, from Ripen's own user, or from a user who has left. Any other owner keeps the
record and gets a Task instead. A Contact always keeps its owner: only the right to transfer every record of the org
(TransferAnyEntity) would let Ripen change it.

Source: Salesforce Help, "Transfer Records", and Object Reference, "Lead" (owned by a user or a queue) and "Contact".
"""

from enum import StrEnum

from msgspec import Struct

from ripen.crm.upsert import Task

_QUEUE_PREFIX = "00G"


class Owner(Struct, frozen=True):
    """The owner of a record, a user or a queue; "" for values that the CRM does not give."""

    id: str = ""
    name: str = ""
    email: str = ""
    active: bool = True
    """False for a user who has left."""


class Ownership(Struct, frozen=True, kw_only=True):
    """A record in the CRM as it is before its owner may change."""

    object: str
    id: str
    owner: Owner
    user: Owner | None = None
    """The active user who wants the lead; None if the CRM has none."""
    ripen: str = ""
    """Id of the user as which Ripen is connected."""
    has_task: bool = False
    """Whether an earlier attempt has created the Task."""


class Handover(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an acceptance changed in the CRM, so that the person can give the lead back."""

    user: str
    """Id of the person's user."""
    former: str = ""
    """Id of the owner before, "" if the owner stayed."""
    former_name: str = ""
    task: str
    """Key of the person's Task."""


class Held(Struct, frozen=True, kw_only=True):
    """A record in the CRM as it is before the person who accepted the lead gives it back."""

    object: str
    id: str
    owner: Owner
    former: Owner | None = None
    """The owner before the acceptance; None if no such user or queue is known any more."""
    ripen: Owner
    """The user as which Ripen is connected."""
    task: str = ""
    """Id of the person's Task, "" if it is closed already."""


class OwnerChange(Struct, frozen=True, kw_only=True):
    """The writes that belong together: all of them are made, or none."""

    object: str
    id: str
    owner: Owner
    """The owner after the change."""
    sets_owner: bool = False
    task: Task | None = None
    """A Task about the record."""
    task_owner: str = ""
    closes: str = ""
    """Id of a Task that is closed."""


class Acceptance(StrEnum):
    """What follows when a person accepts a lead."""

    TAKE_OVER = "take over"
    STAY = "stay"
    """The owner stays, and the person gets the Task: it is the person, or nobody else works on the Contact."""
    ASK_OWNER = "ask the owner"
    NO_USER = "no user"
    """The record is free, but the person has no user in the CRM."""


def acceptance(found: Ownership) -> Acceptance:
    """Return what follows when the user accepts this record."""
    if found.user and found.user.id == found.owner.id:
        return Acceptance.STAY
    if not _is_free(found.owner, found.ripen):
        return Acceptance.ASK_OWNER
    if found.user is None:
        return Acceptance.NO_USER
    return Acceptance.TAKE_OVER if found.object == "Lead" else Acceptance.STAY


def owner_change(found: Ownership, course: Acceptance, task: Task) -> OwnerChange:
    """Return the writes that carry out the acceptance; the Task is left out if it exists already."""
    taker = found.user if found.user and course is not Acceptance.ASK_OWNER else found.owner
    takes_over = course is Acceptance.TAKE_OVER
    return OwnerChange(
        object=found.object,
        id=found.id,
        owner=taker if takes_over else found.owner,
        sets_owner=takes_over,
        task=None if found.has_task else task,
        task_owner=taker.id,
    )


def handover(found: Ownership, course: Acceptance, task: str, earlier: Handover | None) -> Handover:
    """Return what the acceptance changes. `earlier` is what an attempt meant to change whose answer was lost."""
    user = found.user.id if found.user else ""
    if course is Acceptance.TAKE_OVER:
        return Handover(user=user, former=found.owner.id, former_name=found.owner.name, task=task)
    return earlier or Handover(user=user, task=task)


def release_change(found: Held, handover: Handover) -> OwnerChange:
    """Return the writes that give the record back: to the former owner, or to Ripen if that user has left.

    A record that has another owner by now, or became a Contact, keeps its owner.
    """
    is_theirs = found.object == "Lead" and handover.former != "" and found.owner.id == handover.user
    back = found.former if found.former and (found.former.active or _is_queue(found.former)) else found.ripen
    return OwnerChange(
        object=found.object,
        id=found.id,
        owner=back if is_theirs else found.owner,
        sets_owner=is_theirs,
        closes=found.task,
    )


def _is_queue(owner: Owner) -> bool:
    return owner.id.startswith(_QUEUE_PREFIX)


def _is_free(owner: Owner, ripen: str) -> bool:
    """Return whether no colleague works on a record of this owner."""
    return _is_queue(owner) or owner.id == ripen or not owner.active
