"""The leads that the CRM gets, the record that matches a lead, and the values that are written there.

A lead is matched by its link, then a Contact, then an open Lead; only without a match is a Lead created. A converted
Lead is followed to its Contact. A lead that is a Contact already becomes no new Lead: the Contact's owner gets a Task
instead, one when the lead first appears and one each time it turns hot, so that an active lead does not produce many
Tasks.
"""

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from copy import replace
from datetime import date, datetime

from msgspec import Struct

from ripen import ids
from ripen.crm.crm_fields import Fields, mapped_fields, own_fields, standard_fields, truncate
from ripen.crm.task_subject import contact_subject
from ripen.crm.write_rule import WriteRule, is_blank, write_rules, written
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import SyncRule
from ripen.playbook.condition import condition_holds, traits
from ripen.scoring.score import Score, score_traits


class Task(Struct, frozen=True, kw_only=True):
    """A Task for a record's owner, found again by `key`."""

    key: str
    subject: str
    description: str
    due: date | None = None
    urgent: bool = False
    """High priority."""


class DesiredRecord(Struct, frozen=True, kw_only=True):
    """The lead as the CRM should have it."""

    lead: str
    created: datetime
    """When we first knew the lead."""
    email: str
    link: CrmLink | None
    ours: Fields
    as_lead: Fields
    as_contact: Fields
    rules: dict[str, WriteRule] = {}
    """By the field's name."""
    clears: frozenset[str] = frozenset()
    """Fields of an existing Lead that become blank, because the lead has no value any more."""
    source: str
    task: Task
    """For the owner, if the lead is a Contact already."""
    task_is_done: bool
    """True if the Task was created before, or found unnecessary: no search for it is made."""
    digest: str = ""
    """The digest of the values; an update with the same digest is skipped."""

    def standard(self, object: str) -> Fields:
        """Return Salesforce's own fields, and mapped ones, that this object gets."""
        return self.as_lead if object == "Lead" else self.as_contact


class Record(Struct, frozen=True, kw_only=True):
    """A Lead or Contact in the CRM."""

    object: str
    id: str
    key: str = ""
    email: str = ""
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""
    status: str = ""
    """That of a Lead, before it is written."""
    converted_to: str = ""
    """Id of the Contact that this Lead became."""
    is_converted: bool = False
    """Also True if the Contact is gone, or not visible to us: a converted Lead can never be written."""
    opted_out: bool = False
    """True if the person wants no mail or no calls."""
    merged_ids: frozenset[str] = frozenset()
    """Ids of the records that sales merged into this one."""
    modified: datetime | None = None
    """The last change of any field, by anybody."""
    fields: dict[str, str] = {}
    """Values of the fields that we fill if they are blank; a blank one is "" or absent."""


class CrmState(Struct, frozen=True, kw_only=True):
    """What the CRM has about some leads: records, oldest first, and the keys of existing Tasks."""

    records: tuple[Record, ...] = ()
    tasks: frozenset[str] = frozenset()


class Write(Struct, frozen=True, kw_only=True):
    """One lead's write. Without a record a Lead is created, or found again by our key."""

    lead: str
    object: str
    record: Record | None
    fields: Fields
    clears: frozenset[str] = frozenset()
    """Fields that become blank."""
    task: Task | None = None


class Blocked(Struct, frozen=True, kw_only=True):
    """The lead cannot be written until it changes."""

    reason: str


class Shared(Struct, frozen=True, kw_only=True):
    """The record stands for an older lead too, which writes it."""

    lead: str
    record: Record
    writer: str
    link: CrmLink | None
    """To the record; None if the lead had no link."""


Plan = Write | Blocked | Shared


class WriteResult(Struct, frozen=True, kw_only=True):
    """The result of one write: the record of the lead, and the refusal of the write, if any."""

    link: CrmLink | None = None
    refused: Undeliverable | None = None


_REQUIRED = {"LastName": "last_name", "Company": "company"}
DELETED = "deleted in the CRM"
CONVERTED = "converted in the CRM, and its Contact is not visible"


def not_admitted(profile: Profile, state: State, score: Score, rule: SyncRule) -> str:
    """Return why the CRM does not get this lead; "" if it does.

    A lead that is there already stays up to date: a lead that cools down must not be hot in the CRM for ever.
    """
    if profile.crm:
        return ""
    known = traits(profile, **score_traits(state, score))
    for condition in rule.unless:
        if condition_holds(condition, known):
            return f"kept out by sync.unless: {condition.field}"
    for condition in rule.when:
        if not condition_holds(condition, known):
            return f"not admitted by sync.when: {condition.field}"
    return ""


def missing_fields(desired: DesiredRecord) -> tuple[str, ...]:
    """Return the fields that a new Lead needs and the lead lacks."""
    return tuple(ours for name, ours in _REQUIRED.items() if name not in desired.as_lead)


def desired_record(
    profile: Profile,
    state: State,
    score: Score,
    reasons: Iterable[str],
    rule: SyncRule,
    locale: str,
    today: date,
    last_task: str = "",
    answers: str = "",
) -> DesiredRecord:
    """Return the lead as the CRM should have it.

    `reasons` and `answers` are in words, with absolute dates; the answers are those of the lead's forms. A Task is due
    on `today`, the day in the brand's time zone. `last_task` is the key of the previous Task (CrmMark.task).
    """
    reasons = tuple(reasons)
    standard = standard_fields(profile, "Lead")
    unmapped = {name: value for name, value in standard.items() if name not in rule.fields}
    mapped = mapped_fields(profile, rule.fields)
    task = _task(profile, state, "\n\n".join(filter(None, ("\n".join(reasons), answers))), locale, today)
    record = DesiredRecord(
        lead=profile.id,
        created=profile.created,
        email=profile.email,
        link=profile.crm,
        ours=own_fields(profile, state, score, reasons, answers, locale),
        as_lead=unmapped | mapped,
        as_contact=standard_fields(profile, "Contact"),
        rules=write_rules(rule.fields, mapped, profile.given_at),
        clears=frozenset(name for name, field in rule.fields.items() if field.clears and name not in mapped),
        source=truncate("LeadSource", rule.lead_source),
        task=task,
        task_is_done=task.key == last_task,
    )
    return replace(record, digest=_digest(record))


def _task(profile: Profile, state: State, description: str, locale: str, today: date) -> Task:
    return Task(
        key=ids.digest("task", profile.id, state.episode),
        subject=contact_subject(profile, state.rank, locale),
        description=description,
        due=today,
        urgent=state.rank is Rank.HOT,
    )


def _digest(desired: DesiredRecord) -> str:
    values: tuple[object, ...] = (
        desired.ours,
        desired.as_lead,
        desired.as_contact,
        desired.task.key,
        desired.email,
    )
    if desired.rules or desired.clears:
        values += ({name: [rule.write, str(rule.given)] for name, rule in desired.rules.items()}, [*desired.clears])
    return ids.digest("crm", json.dumps(values, sort_keys=True))


def plan(desired: DesiredRecord, found: CrmState, record: Record | None) -> Write | Blocked:
    """Return the write to the record that matches the lead, or why nothing can be written."""
    if record:
        return _update(desired, record, found.tasks)
    if any(record.is_converted and _is_ours(desired, record) for record in found.records):
        return Blocked(reason=CONVERTED)
    if desired.link:
        return Blocked(reason=DELETED)
    if missing := missing_fields(desired):
        return Blocked(reason=", ".join(missing))
    source: Fields = {"LeadSource": desired.source} if desired.source else {}
    return Write(lead=desired.lead, object="Lead", record=None, fields=source | desired.ours | desired.as_lead)


def match(desired: DesiredRecord, records: Sequence[Record]) -> Record | None:
    """Return the record of the lead: the linked one, else a Contact, else an open Lead; the oldest of several.

    Of open Leads, one that we created comes first. A converted Lead is never written, but its Contact is.
    """
    return next(_candidates(desired, records), None)


def _candidates(desired: DesiredRecord, records: Sequence[Record]) -> Iterator[Record]:
    """Yield the records that may be the lead's, best first."""
    own = [record for record in records if _is_about(desired, record)]
    linked = [record for record in own if _is_linked(desired, record)]
    contacts = {record.id: record for record in records if record.object == "Contact"}
    yield from (record for record in linked if not record.is_converted)
    yield from (contacts[record.converted_to] for record in linked + own if record.converted_to in contacts)
    yield from (record for record in own if record.object == "Contact")
    yield from sorted(filter(_is_open_lead, own), key=lambda record: record.key != desired.lead)


def _is_about(desired: DesiredRecord, record: Record) -> bool:
    return _is_ours(desired, record) or record.email.casefold() == desired.email.casefold()


def _is_ours(desired: DesiredRecord, record: Record) -> bool:
    return record.key == desired.lead or _is_linked(desired, record)


def _is_linked(desired: DesiredRecord, record: Record) -> bool:
    """Return whether the lead's link names this record, or one that was merged into it."""
    return desired.link is not None and desired.link.id in (record.id, *record.merged_ids)


def _is_open_lead(record: Record) -> bool:
    return record.object == "Lead" and not record.is_converted


def _update(desired: DesiredRecord, record: Record, tasks: Set[str]) -> Write:
    """Return the write of our own fields, and of standard and mapped fields by their rules."""
    is_lead = record.object == "Lead"
    rules = desired.rules if is_lead else {}
    return Write(
        lead=desired.lead,
        object=record.object,
        record=record,
        fields=desired.ours | dict(written(desired.standard(record.object), rules, record.fields, record.modified)),
        clears=frozenset(name for name in desired.clears if is_lead and not is_blank(record.fields, name)),
        task=desired.task if _needs_task(desired, record, tasks) else None,
    )


def _needs_task(desired: DesiredRecord, record: Record, tasks: Set[str]) -> bool:
    """Return whether the owner needs a Task. Sales already works on a Lead that it converted."""
    was_lead = desired.link is not None and desired.link.object == "Lead"
    return record.object == "Contact" and not (was_lead or desired.task_is_done or desired.task.key in tasks)
