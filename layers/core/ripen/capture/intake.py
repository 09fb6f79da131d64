"""The rows that a submission makes: the lead's profile, an activity, and the record of a consent."""

from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.capture.submission import NAME_TO_REVIEW, Submission
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import ConsentRecord, Contact, Permission
from ripen.lead.lead import Profile, Touch
from ripen.playbook.bundle import Consent


class Intake(Struct, frozen=True, kw_only=True):
    """The rows to write. `contact` and `consent` are None if they do not change."""

    profile: Profile
    activity: Activity
    contact: Contact | None
    consent: ConsentRecord | None


class NewIds(Struct, frozen=True, kw_only=True):
    """Ids of new rows; `lead` is the known lead's id, if there is one."""

    lead: str
    activity: str
    consent: str


def build_intake(
    submission: Submission,
    profile: Profile | None,
    contact: Contact | None,
    *,
    wording: Consent | None,
    ids: NewIds,
    now: datetime,
    source: str = "form",
) -> Intake:
    """Return the rows of a submission.

    `wording` is the form's consent. A box that is not ticked leaves an earlier consent as it is.
    """
    record = None
    if submission.consent and wording:
        record = _record(submission, wording, ids)
    return Intake(
        profile=merge_profile(profile, submission, ids.lead, now),
        activity=Activity(
            id=ids.activity,
            lead=ids.lead,
            kind=Kind.FORM_SUBMITTED,
            at=submission.touch.at,
            received=now,
            subject=submission.form,
            facts=submission.entry | {"source": source, "page": submission.page},
            touch=submission.touch,
        ),
        contact=_permit(contact or Contact(lead=ids.lead), record) if record or contact is None else None,
        consent=record,
    )


def merge_profile(profile: Profile | None, submission: Submission, lead: str, now: datetime) -> Profile:
    """Return the profile with the newest values; a blank value changes nothing.

    The first touch stays, the lead touch is set once, the last touch moves. A name that could not be split does not
    replace one that is split.
    """
    touch = submission.touch
    if profile is None:
        profile = Profile(id=lead, email=submission.email, created=now, locale=submission.locale)
    new = dict(submission.fields)
    unsplit = NAME_TO_REVIEW in submission.attributes and "first_name" not in new
    if unsplit and profile.first_name:
        del new["last_name"]
    attributes = dict(profile.attributes)
    if "last_name" in new:
        attributes.pop(NAME_TO_REVIEW, None)
    return replace(
        profile,
        last_name=new.get("last_name", profile.last_name),
        first_name=new.get("first_name", profile.first_name),
        company=new.get("company", profile.company),
        department=new.get("department", profile.department),
        job_title=new.get("job_title", profile.job_title),
        phone=new.get("phone", profile.phone),
        locale=profile.locale if submission.guessed else submission.locale,
        attributes=attributes | submission.attributes,
        first_touch=profile.first_touch or touch,
        lead_touch=profile.lead_touch or touch,
        last_touch=_later(profile.last_touch, touch),
    )


def _later(known: Touch | None, touch: Touch) -> Touch:
    return touch if known is None or touch.at >= known.at else known


def _record(submission: Submission, wording: Consent, ids: NewIds) -> ConsentRecord:
    shown = wording.text.get(submission.locale) or next(iter(wording.text.values()), "")
    return ConsentRecord(
        id=ids.consent,
        lead=ids.lead,
        purpose=wording.purpose,
        granted=True,
        at=submission.touch.at,
        source=f"form:{submission.form}",
        version=wording.version,
        wording=shown,
        url=submission.touch.url,
    )


def _permit(contact: Contact, record: ConsentRecord | None) -> Contact:
    """Return the contact with the consent, which also ends an earlier unsubscription: the person came back.

    A consent that arrives late, because a form provider sent it again, does not override a later refusal.
    """
    if record is None or _was_refused_later(contact, record):
        return contact
    permission = Permission(granted=True, at=record.at, record=record.id)
    return replace(contact, consent=contact.consent | {record.purpose: permission}, unsubscribed=None)


def _was_refused_later(contact: Contact, record: ConsentRecord) -> bool:
    known = contact.consent.get(record.purpose)
    refusals = (contact.unsubscribed, known.at if known and not known.granted else None)
    return any(at is not None and at > record.at for at in refusals)
