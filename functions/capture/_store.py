"""The one durable write of a submission, which form and webhook share: all rows or none, and nothing twice."""

from collections.abc import Callable
from copy import replace
from datetime import datetime

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from capture._visits import JoinedVisits, activity_key, join_visits
from ripen.adapters.playbook import Live
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.capture.deduplication import DeduplicationKey
from ripen.capture.intake import Intake, NewIds, build_intake
from ripen.capture.submission import Submission
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Form
from ripen.pointers import Pointer, Seen
from ripen.ports import Wake
from ripen.tracking.visit import with_touches

logger = Logger()

TRIES = 8
"""More attempts than a worker makes: a request is answered only once it is stored, and no message brings it back."""


class StoreDependencies(Struct, frozen=True):
    table: Table
    react: Wake
    live: Live
    address_key: bytes
    now: datetime
    new_id: Callable[[], str]


class Incoming(Struct, frozen=True, kw_only=True):
    """A submission to store, its form, and the key by which a repetition is recognised."""

    submission: Submission
    form: Form
    key: DeduplicationKey
    source: str = "form"


class Stored(Struct, frozen=True, kw_only=True):
    """The lead and activity of a request. `ref` is the new activity's row; None for a repetition."""

    lead: str
    activity: str
    ref: Ref | None


def store(incoming: Incoming, dependencies: StoreDependencies) -> Stored:
    """Store the submission once, and wake the fold. Raise Contended."""
    stored = dependencies.table.retrying(lambda _: _store_once(incoming, dependencies), TRIES)
    wake(dependencies.react, stored)
    logger.info(
        "submission",
        form=incoming.form.name,
        lead=stored.lead,
        activity=stored.activity,
        again=stored.ref is None,
    )
    return stored


def wake(react: Wake, stored: Stored) -> None:
    """Wake score.react for a new activity. A failure is harmless: the row is on the agenda, and the tick finds it."""
    if stored.ref is None:
        return
    try:
        react.wake(stored.ref)
    except (BotoCoreError, ClientError):
        logger.warning("not woken", lead=stored.lead, activity=stored.activity)


def _store_once(incoming: Incoming, dependencies: StoreDependencies) -> Stored:
    """Store the submission in one transaction.

    1. Return the earlier result of a repetition.
    2. Build the rows from the lead as it is now.
    3. Add the earlier visits of the browser.
    4. Write all rows.
    """
    table, key, now = dependencies.table, incoming.key, dependencies.now
    address = keys.address(address_hash(dependencies.address_key, incoming.submission.email))
    pointer, seen = table.get_many([address, keys.seen(key.source, key.id)])
    if seen and _is_remembered(seen.value, now):
        return Stored(lead=seen.value.lead, activity=seen.value.activity, ref=None)
    lead = pointer.value.lead if pointer else dependencies.new_id()
    profile, contact = table.get_many([keys.profile(lead), keys.contact(lead)])
    intake = _intake(incoming, lead, profile, contact, dependencies)
    visits = JoinedVisits()
    if visitor := incoming.submission.visitor:
        visits = join_visits(table, visitor, lead, now)
        intake = replace(
            intake,
            profile=with_touches(intake.profile, visits.touches),
            activity=replace(intake.activity, visit_keys=visits.keys),
        )
    table.write(
        _remember(key, intake.activity, now),
        *([] if pointer else [Create(address, Pointer(lead=lead))]),
        *_rows(intake, profile, contact, now),
        *visits.changes,
    )
    return Stored(lead=lead, activity=intake.activity.id, ref=activity_key(intake.activity).ref)


def _intake(
    incoming: Incoming,
    lead: str,
    profile: Row[Profile] | None,
    contact: Row[Contact] | None,
    dependencies: StoreDependencies,
) -> Intake:
    return build_intake(
        incoming.submission,
        profile.value if profile else None,
        contact.value if contact else None,
        wording=incoming.form.consent,
        ids=NewIds(lead=lead, activity=dependencies.new_id(), consent=dependencies.new_id()),
        now=dependencies.now,
        source=incoming.source,
    )


def _remember(key: DeduplicationKey, activity: Activity, now: datetime) -> Change:
    seen = Seen(lead=activity.lead, activity=activity.id, expires=key.until)
    return Create(keys.seen(key.source, key.id), seen, expires=key.until, even_if_expired_at=now)


def _rows(intake: Intake, profile: Row[Profile] | None, contact: Row[Contact] | None, now: datetime) -> list[Change]:
    lead = intake.profile.id
    changes: list[Change] = [
        Replace(keys.profile(lead), intake.profile, profile.version if profile else 0),
        Create(activity_key(intake.activity), intake.activity, due=now),
    ]
    if intake.contact:
        changes.append(Replace(keys.contact(lead), intake.contact, contact.version if contact else 0))
    if intake.consent:
        changes.append(Create(keys.consent(lead, intake.consent.at, intake.consent.id), intake.consent))
    return changes


def _is_remembered(seen: Seen, now: datetime) -> bool:
    """Return whether the row has not expired. Seconds are whole, as in the condition of the write."""
    return seen.expires is None or int(seen.expires.timestamp()) >= int(now.timestamp())
