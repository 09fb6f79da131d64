"""The one durable write of what arrives, which form and webhook share: everything or nothing, and nothing twice."""

from collections.abc import Callable
from copy import replace
from datetime import datetime

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from capture._visits import Brought, bring
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.capture.deduplication import DeduplicationKey
from ripen.capture.intake import Intake, NewIds, build_intake
from ripen.capture.submission import Submission
from ripen.errors import Rejected
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Form
from ripen.pointers import Pointer, Seen
from ripen.ports import Wake
from ripen.tracking.visit import with_touches

logger = Logger()

TRIES = 8
"""A request is answered once the submission is kept: more attempts than a worker makes, whose message comes again."""


class Stored(Struct, frozen=True, kw_only=True):
    """`ref` is the new activity's row; None where the submission had been taken before."""

    lead: str
    activity: str
    ref: Ref | None


def store(
    table: Table,
    submission: Submission,
    form: Form,
    once: DeduplicationKey,
    *,
    key: bytes,
    now: datetime,
    new_id: Callable[[], str],
    source: str = "form",
) -> Stored:
    """Keep the submission, or find it kept. Raises Contended, and Rejected where an Idempotency-Key is used for someone else.

    `key` is Secrets.key("address").
    """
    return table.retrying(lambda _: _try(table, submission, form, once, key, now, new_id, source), TRIES)


def wake(react: Wake, stored: Stored) -> None:
    """Wake score.react for a new activity. That may fail: the row is on the agenda, and the tick finds it."""
    if stored.ref is None:
        return
    try:
        react.wake(stored.ref)
    except (BotoCoreError, ClientError):
        logger.warning("not woken", lead=stored.lead, activity=stored.activity)


def _try(
    table: Table,
    submission: Submission,
    form: Form,
    once: DeduplicationKey,
    key: bytes,
    now: datetime,
    new_id: Callable[[], str],
    source: str,
) -> Stored:
    pointer_key, seen_key = keys.address(address_hash(key, submission.email)), keys.seen(once.source, once.id)
    pointer, seen = table.get_many([pointer_key, seen_key])
    lead = pointer.value.lead if pointer else ""
    if seen and _holds(seen.value, now):
        if once.source == "key" and seen.value.lead != lead:
            raise Rejected("this Idempotency-Key was used for another address", field="idempotency-key", status=422)
        return Stored(lead=seen.value.lead, activity=seen.value.activity, ref=None)
    lead = lead or new_id()
    profile, contact = table.get_many([keys.profile(lead), keys.contact(lead)])
    made = build_intake(
        submission,
        profile.value if profile else None,
        contact.value if contact else None,
        wording=form.consent,
        ids=NewIds(lead=lead, activity=new_id(), consent=new_id()),
        now=now,
        source=source,
    )
    brought = bring(table, submission.visitor, lead, now) if submission.visitor else Brought()
    made = replace(
        made,
        profile=with_touches(made.profile, brought.touches),
        activity=replace(made.activity, visit_keys=brought.keys),
    )
    seen_now = Seen(lead=lead, activity=made.activity.id, expires=once.until)
    changes: list[Change] = [Create(seen_key, seen_now, expires=once.until, even_if_expired_at=now)]
    if not pointer:
        changes.append(Create(pointer_key, Pointer(lead=lead)))
    table.write(*changes, *_rows(made, profile, contact, now), *brought.changes)
    return Stored(lead=lead, activity=made.activity.id, ref=_activity(made).ref)


def _rows(made: Intake, profile: Row[Profile] | None, contact: Row[Contact] | None, now: datetime) -> list[Change]:
    lead = made.profile.id
    changes: list[Change] = [
        Replace(keys.profile(lead), made.profile, profile.version if profile else 0),
        Create(_activity(made), made.activity, due=now),
    ]
    if made.contact:
        changes.append(Replace(keys.contact(lead), made.contact, contact.version if contact else 0))
    if made.consent:
        changes.append(Create(keys.consent(lead, made.consent.at, made.consent.id), made.consent))
    return changes


def _activity(made: Intake) -> keys.Key[object]:
    return keys.activity(made.activity.lead, made.activity.at, made.activity.id)


def _holds(seen: Seen, now: datetime) -> bool:
    """Is it still remembered? In whole seconds, as the table judges when it is written over."""
    return seen.expires is None or int(seen.expires.timestamp()) >= int(now.timestamp())
