"""Which leads the CRM gets, which of its records stands for a lead, and what is written there (DESIGN rule 9).

A lead is looked for as link → Contact → open Lead; only then is a Lead made. A converted Lead is followed to its
Contact. Who is a Contact already is no new Lead: the owner gets a Task instead, one for each time the lead turns hot
and one for having come at all, so that a busy reader of white papers is not a pile of Tasks.
"""

import json
from collections.abc import Iterable, Set
from datetime import date

from msgspec import Struct

from ripen import ids
from ripen.crm.crm_fields import Fields, fit_in, ours, standard
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import SyncRule
from ripen.playbook.condition import condition_holds, traits
from ripen.scoring.score import Score


class Task(Struct, frozen=True, kw_only=True):
    """To do for a record's owner; `key` finds it again."""

    key: str
    subject: str
    description: str
    due: date | None = None


class DesiredRecord(Struct, frozen=True, kw_only=True):
    """How a lead shall stand in the CRM."""

    lead: str
    email: str
    link: CrmLink | None
    ours: Fields
    as_lead: Fields
    as_contact: Fields
    source: str
    task: Task
    """For the owner, where the lead is a Contact already."""
    task_is_done: bool
    """Made already, or found needless: then it is not even searched."""


class Record(Struct, frozen=True, kw_only=True):
    """A Lead or Contact as the CRM has it."""

    object: str
    id: str
    key: str = ""
    email: str = ""
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""
    converted_to: str = ""
    """Id of the Contact that this Lead became."""
    fields: dict[str, str] = {}
    """What stands in the STANDARD fields; blank is "" or absent."""


class CrmState(Struct, frozen=True, kw_only=True):
    """What the CRM has about some leads: records in the order they were made, and which Tasks are there, by key."""

    records: tuple[Record, ...] = ()
    tasks: frozenset[str] = frozenset()


class Write(Struct, frozen=True, kw_only=True):
    """One lead's write. Without a record a Lead is made, or found again by our key."""

    lead: str
    object: str
    record: Record | None
    fields: Fields
    task: Task | None = None


class Blocked(Struct, frozen=True, kw_only=True):
    """Nothing can be written yet, and why."""

    reason: str


class WriteResult(Struct, frozen=True, kw_only=True):
    """What became of one write: the record that stands for the lead, and what was refused, if anything was."""

    link: CrmLink | None = None
    refused: Undeliverable | None = None


DELETED = "deleted in the CRM"


def not_admitted(profile: Profile, state: State, score: Score, rule: SyncRule) -> str:
    """Why the CRM does not get this lead, "" where it does. Who is there already is kept up to date: a lead that cools
    down must not stand there as hot for ever."""
    if profile.crm:
        return ""
    known = traits(profile, fit=score.fit, engagement=score.engagement, total=score.total, rank=state.rank.value)
    for condition in rule.unless:
        if condition_holds(condition, known):
            return f"kept out by sync.unless: {condition.field}"
    for condition in rule.when:
        if not condition_holds(condition, known):
            return f"not admitted by sync.when: {condition.field}"
    return ""


def missing_fields(profile: Profile) -> tuple[str, ...]:
    """What a new Lead cannot be made without."""
    return tuple(name for name in ("last_name", "company") if not getattr(profile, name).strip())


def desired_record(
    profile: Profile,
    state: State,
    score: Score,
    reasons: Iterable[str],
    rule: SyncRule,
    locale: str,
    last_task: str = "",
) -> DesiredRecord:
    """How the lead shall stand in the CRM. `reasons` are in words, with absolute dates; `last_task` is the key of the
    Task last dealt with (CrmMark.task)."""
    reasons = tuple(reasons)
    task = Task(
        key=ids.digest("task", profile.id, state.episode),
        subject=_subject(state.rank, locale),
        description="\n".join(reasons),
    )
    return DesiredRecord(
        lead=profile.id,
        email=profile.email,
        link=profile.crm,
        ours=ours(profile, state, score, reasons),
        as_lead=standard(profile, "Lead"),
        as_contact=standard(profile, "Contact"),
        source=fit_in("LeadSource", rule.lead_source),
        task=task,
        task_is_done=task.key == last_task,
    )


def digest(wanted: DesiredRecord) -> str:
    """The same for the same values: what would change nothing is not written."""
    values = (wanted.ours, wanted.as_lead, wanted.as_contact, wanted.task.key, wanted.email)
    return ids.digest("crm", json.dumps(values, sort_keys=True))


def plan(wanted: DesiredRecord, found: CrmState, profile: Profile) -> Write | Blocked:
    """What to write, if anything can be."""
    record = match(wanted, found.records)
    if record is None and wanted.link:
        return Blocked(reason=DELETED)
    if record is None and (lacking := missing_fields(profile)):
        return Blocked(reason=", ".join(lacking))
    if record is None:
        source: Fields = {"LeadSource": wanted.source} if wanted.source else {}
        return Write(lead=wanted.lead, object="Lead", record=None, fields=wanted.ours | wanted.as_lead | source)
    values = wanted.as_lead if record.object == "Lead" else wanted.as_contact
    return Write(
        lead=wanted.lead,
        object=record.object,
        record=record,
        fields=wanted.ours | {name: value for name, value in values.items() if _is_blank(record, name)},
        task=wanted.task if _needs_task(wanted, record, found.tasks) else None,
    )


def match(wanted: DesiredRecord, records: Iterable[Record]) -> Record | None:
    """The record that stands for the lead: the linked one, else a Contact, else an open Lead, ours before others';
    of several the oldest. A converted Lead is never written, its Contact is."""
    mine = [record for record in records if _is_about(wanted, record)]
    contacts = {record.id: record for record in records if record.object == "Contact"}
    linked = [record for record in mine if wanted.link and record.id == wanted.link.id]
    converted = [contacts[record.converted_to] for record in linked + mine if record.converted_to in contacts]
    open_leads = [record for record in mine if record.object == "Lead" and not record.converted_to]
    return next(
        iter(
            [record for record in linked if not record.converted_to]
            + converted
            + [record for record in mine if record.object == "Contact"]
            + sorted(open_leads, key=lambda record: record.key != wanted.lead)
        ),
        None,
    )


def _is_about(wanted: DesiredRecord, record: Record) -> bool:
    return (
        record.key == wanted.lead
        or record.email.casefold() == wanted.email.casefold()
        or (wanted.link is not None and record.id == wanted.link.id)
    )


def _needs_task(wanted: DesiredRecord, record: Record, tasks: Set[str]) -> bool:
    """Not for a Lead that sales converted: they have it in hand."""
    was_lead = wanted.link is not None and wanted.link.object == "Lead"
    return record.object == "Contact" and not (was_lead or wanted.task_is_done or wanted.task.key in tasks)


def _is_blank(record: Record, name: str) -> bool:
    return not record.fields.get(name, "").strip()


def _subject(rank: Rank, locale: str) -> str:
    if locale == "ja":
        return "Ripen: 関心が高まったお客様へのご連絡" if rank is Rank.HOT else "Ripen: 既存のお客様からの反応"
    return "Ripen: an existing contact turned hot" if rank is Rank.HOT else "Ripen: an existing contact came back"
