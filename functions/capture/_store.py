"""The one durable write of a submission, which form and webhook share: all rows or none, and nothing twice.

If nothing speaks against it, the same transaction folds the submission, with all that follows from it.
"""

from collections.abc import Callable, Sequence
from copy import replace
from datetime import datetime

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from capture._visits import JoinedVisits, activity_key, join_visits
from ripen.adapters.playbook import Live
from ripen.adapters.rows.fold_at_once import FOLDS, create_activities, fold_at_once
from ripen.adapters.rows.fold_rows import Queues, wake_due
from ripen.adapters.rows.lead_rows import NO_ROWS, LeadRows, read_lead
from ripen.adapters.table import MAX_CHANGES, Change, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.capture.deduplication import DeduplicationKey
from ripen.capture.intake import Intake, NewIds, build_intake
from ripen.capture.submission import Submission
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.playbook.bundle import Form
from ripen.playbook.retention import Retention, mail_expires
from ripen.pointers import Pointer, Seen
from ripen.ports import Wake
from ripen.tracking.visit import with_touches
from ripen.tracking.visit_owner import is_proof

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
    queues: Queues | None = None
    """Those of the workers of what follows from a fold; None to leave every fold to score.react."""


class Incoming(Struct, frozen=True, kw_only=True):
    """A submission to store, its form, and the key by which a repetition is recognised."""

    submission: Submission
    form: Form
    key: DeduplicationKey
    source: str = "form"


class Stored(Struct, frozen=True, kw_only=True):
    """The lead and activity of a request. `changes` are the rows that it wrote; none for a repetition."""

    lead: str
    activity: str
    changes: Sequence[Change] = ()


def store(incoming: Incoming, dependencies: StoreDependencies) -> Stored:
    """Store the submission once, and wake the workers of the rows that are due. Raise Contended."""
    stored = dependencies.table.retrying(lambda attempt: _store_once(incoming, dependencies, attempt), TRIES)
    wake(stored, dependencies)
    logger.info(
        "submission",
        form=incoming.form.name,
        lead=stored.lead,
        activity=stored.activity,
        again=not stored.changes,
    )
    return stored


def wake(stored: Stored, dependencies: StoreDependencies) -> None:
    """Wake the workers of the rows. A failure is harmless: the rows are on the agenda, and the tick finds them."""
    try:
        new = [change for change in stored.changes if isinstance(change, Create) and change.key.type is Activity]
        dependencies.react.wake(*(change.key.ref for change in new if change.due and change.lane is Lane.HOT))
        if dependencies.queues:
            wake_due(stored.changes, dependencies.now, dependencies.queues)
    except (BotoCoreError, ClientError):
        logger.warning("not woken", lead=stored.lead, activity=stored.activity)


def _store_once(incoming: Incoming, dependencies: StoreDependencies, attempt: int) -> Stored:
    """Store the submission in one transaction.

    1. Return the earlier result of a repetition.
    2. Build the rows from the lead as it is now.
    3. Add the earlier visits of the browser.
    4. Fold the new activities at once, or leave them to score.react.
    5. Write all rows.
    """
    table, key, now = dependencies.table, incoming.key, dependencies.now
    address = keys.address(address_hash(dependencies.address_key, incoming.submission.email))
    visitor = incoming.submission.visitor
    wanted = [address, keys.seen(key.source, key.id), *([keys.visitor_pointer(visitor)] if visitor else [])]
    pointer, seen, *browser = table.get_many(wanted)
    if seen and _is_remembered(seen.value, now):
        return Stored(lead=seen.value.lead, activity=seen.value.activity)
    lead = pointer.value.lead if pointer else dependencies.new_id()
    rows = read_lead(lead, table)[0] if pointer else NO_ROWS
    proven = bool(visitor and browser[0] and is_proof(browser[0].value, lead, now))
    intake = _intake(incoming, lead, rows, proven, dependencies)
    visits = join_visits(table, visitor, browser[0], lead, now) if visitor else JoinedVisits()
    intake = replace(intake, profile=with_touches(intake.profile, visits.touches))
    changes: list[Change] = [
        _remember(key, intake.activity, now),
        *([] if pointer else [Create(address, Pointer(lead=lead))]),
        *_person(intake, rows, dependencies.live.bundle.keep),
        *visits.changes,
    ]
    new = (intake.activity, *visits.copies)
    folded = None
    if dependencies.queues and attempt < FOLDS:
        most = MAX_CHANGES - len(changes)
        folded = fold_at_once(new, _after(intake, rows), most, table, dependencies.live.bundle, now)
    changes += folded or create_activities(_together(new), due=now)
    table.write(*changes)
    return Stored(lead=lead, activity=intake.activity.id, changes=changes)


def _together(new: Sequence[Activity]) -> Sequence[Activity]:
    """Return the form's activity and the visits, so that score.react folds them together."""
    form, *visits = new
    return (replace(form, visit_keys=tuple(activity_key(visit).sk for visit in visits)), *visits)


def _after(intake: Intake, rows: LeadRows) -> LeadRows:
    """Return the lead's rows with the profile and the contact as the submission leaves them."""
    lead, contact = intake.profile.id, rows.contact
    return replace(
        rows,
        profile=Row(keys.profile(lead), intake.profile, 0),
        contact=Row(keys.contact(lead), intake.contact, 0) if intake.contact else contact,
    )


def _intake(
    incoming: Incoming,
    lead: str,
    rows: LeadRows,
    proven: bool,
    dependencies: StoreDependencies,
) -> Intake:
    return build_intake(
        incoming.submission,
        rows.profile.value if rows.profile else None,
        rows.contact.value if rows.contact else None,
        wording=incoming.form.consent,
        bundle=dependencies.live.bundle.hash,
        ids=NewIds(lead=lead, activity=dependencies.new_id()),
        now=dependencies.now,
        source=incoming.source,
        proven=proven,
        double=incoming.form.opt_in == "double",
        timed=dependencies.live.bundle.sync.timed,
    )


def _remember(key: DeduplicationKey, activity: Activity, now: datetime) -> Change:
    seen = Seen(lead=activity.lead, activity=activity.id, expires=key.until)
    return Create(keys.seen(key.source, key.id), seen, expires=key.until, even_if_expired_at=now)


def _person(intake: Intake, rows: LeadRows, keep: Retention) -> list[Change]:
    """Return the changes of who the lead is, and of what we may send."""
    lead = intake.profile.id
    changes: list[Change] = [
        Replace(keys.profile(lead), intake.profile, rows.profile.version if rows.profile else 0),
    ]
    if intake.contact:
        changes.append(Replace(keys.contact(lead), intake.contact, rows.contact.version if rows.contact else 0))
    if intake.confirmation:
        planned = intake.confirmation
        expires = mail_expires(planned.planned, keep)
        changes.append(Create(keys.send(lead, planned.id), planned, due=planned.planned, expires=expires))
    return changes


def _is_remembered(seen: Seen, now: datetime) -> bool:
    """Return whether the row has not expired. Seconds are whole, as in the condition of the write."""
    return seen.expires is None or int(seen.expires.timestamp()) >= int(now.timestamp())
