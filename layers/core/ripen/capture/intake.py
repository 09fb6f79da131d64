"""The rows that a submission makes: the lead's profile, an activity with the proof of a consent, and the contact."""

from collections.abc import Collection, Mapping
from copy import replace
from datetime import datetime
from itertools import accumulate

from msgspec import Struct

from ripen.capture.opt_in import ask, must_confirm
from ripen.capture.submission import NAME_TO_REVIEW, Submission
from ripen.capture.typed_values import with_values
from ripen.decision import DecisionKind, EmbeddedDecision
from ripen.lead.activity import Activity, ConsentProof, Kind
from ripen.lead.contact import AskedConsent, Contact, Permission
from ripen.lead.lead import FormAnswers, Profile, Touch
from ripen.lead.values import changed_values
from ripen.mail.ledger import Send
from ripen.playbook.bundle import Consent

_MAX_ANSWERS = 30_000
"""Letters of the answers that a profile keeps: 90 KB in Japanese of the 400 KB that DynamoDB takes in a row."""


class Intake(Struct, frozen=True, kw_only=True):
    """The rows to write. `contact` is None if it does not change."""

    profile: Profile
    activity: Activity
    contact: Contact | None
    confirmation: Send | None = None
    """The mail with the link to the page that confirms a consent, if one is needed."""


class NewIds(Struct, frozen=True, kw_only=True):
    """Ids of new rows; `lead` is the known lead's id, if there is one."""

    lead: str
    activity: str


def build_intake(
    submission: Submission,
    profile: Profile | None,
    contact: Contact | None,
    *,
    wording: Consent | None,
    bundle: str,
    ids: NewIds,
    now: datetime,
    source: str = "form",
    double: bool = False,
    proven: bool = False,
    timed: Collection[str] = (),
) -> Intake:
    """Return the rows of a submission.

    `wording` is the consent in the playbook with the hash `bundle`; a `proven` browser is the lead's own. A box that is
    not ticked changes no consent. After a refusal, and with `double`, a tick asks for a confirmation (opt_in.py).
    """
    at, known, confirmation = submission.touch.at, contact or Contact(lead=ids.lead), None
    proof = _proof(submission, wording, bundle) if submission.consent and wording else None
    if proof and not _was_refused_later(known, proof.purpose, at) and must_confirm(known, proof.purpose, double):
        asked = AskedConsent(proof=proof, form=submission.form, record=ids.activity, mailed=now)
        (known, confirmation), proof = ask(known, asked, now), None
    merged = merge_profile(profile, submission, ids.lead, now, proven, timed)
    activity = _activity(submission, ids, source, now)
    return Intake(
        profile=merged,
        activity=replace(activity, consent=proof, values=changed_values(profile, merged)),
        contact=_permit(known, proof, at, ids.activity) if proof or known is not contact else None,
        confirmation=confirmation,
    )


def merge_profile(
    profile: Profile | None,
    submission: Submission,
    lead: str,
    now: datetime,
    proven: bool = False,
    timed: Collection[str] = (),
) -> Profile:
    """Return the profile with the form's values; a blank value changes nothing.

    Values of a known lead are replaced only if the browser is `proven` (typed_values.py), except those that are kept
    with the activity. The first touch stays, the lead touch is set once, the last touch moves. A name that could not be
    split does not replace one that is split. `timed` are the names of values whose time is kept (SyncRule.timed).
    """
    touch = submission.touch
    if profile is None:
        profile = Profile(id=lead, email=submission.email, created=now, locale=submission.locale)
    new = submission.fields | submission.attributes
    unsplit = NAME_TO_REVIEW in submission.attributes and "first_name" not in new
    if unsplit and profile.first_name:
        del new["last_name"]
    profile = with_values(with_values(profile, new, proven), submission.entry, proven=True)
    return replace(
        profile,
        answers=_with_answers(profile.answers, submission),
        given_at=profile.given_at | _given_at(profile, new | submission.entry, timed, touch.at),
        locale=profile.locale if submission.guessed else submission.locale,
        first_touch=profile.first_touch or touch,
        lead_touch=profile.lead_touch or touch,
        last_touch=_later(profile.last_touch, touch),
    )


def _given_at(profile: Profile, values: Mapping[str, str], timed: Collection[str], at: datetime) -> dict[str, datetime]:
    """Return the time of each timed value that the lead has from this form, unless a later form gave one."""
    known = {name: profile.attributes.get(name) or getattr(profile, name, "") for name in timed}
    taken = [name for name, value in known.items() if value and values.get(name) == value]
    return {name: at for name in taken if name not in profile.given_at or at > profile.given_at[name]}


def _activity(submission: Submission, ids: NewIds, source: str, now: datetime) -> Activity:
    return Activity(
        id=ids.activity,
        lead=ids.lead,
        kind=Kind.FORM_SUBMITTED,
        at=submission.touch.at,
        received=now,
        subject=submission.form,
        facts=submission.entry | {"source": source, "page": submission.page},
        touch=submission.touch,
        decisions=_decisions(submission),
    )


def _decisions(submission: Submission) -> tuple[EmbeddedDecision, ...]:
    return tuple(
        EmbeddedDecision(what=DecisionKind.ANSWER, outcome=note.outcome, subject=note.field, reason=note.reason)
        for note in submission.notes
    )


def _with_answers(known: tuple[FormAnswers, ...], submission: Submission) -> tuple[FormAnswers, ...]:
    """Return the answers of each form with those of this submission, unless a later one of the form is known.

    The oldest answers go where all are too long for a row.
    """
    values = {name: value for name, value in submission.attributes.items() if name != NAME_TO_REVIEW}
    new = FormAnswers(form=submission.form, at=submission.touch.at, values=values)
    if not values or any(each.form == new.form and each.at > new.at for each in known):
        return known
    others = [each for each in known if each.form != new.form]
    latest = sorted((new, *others), key=lambda each: each.at, reverse=True)
    lengths = accumulate(sum(map(len, each.values.values())) for each in latest)
    return tuple(each for each, length in zip(latest, lengths, strict=True) if each is new or length <= _MAX_ANSWERS)


def _later(known: Touch | None, touch: Touch) -> Touch:
    return touch if known is None or touch.at >= known.at else known


def _proof(submission: Submission, wording: Consent, bundle: str) -> ConsentProof:
    shown = submission.locale if submission.locale in wording.text else next(iter(wording.text), "")
    return ConsentProof(
        purpose=wording.purpose, version=wording.version, locale=shown, bundle=bundle, network=submission.network
    )


def _permit(contact: Contact, proof: ConsentProof | None, at: datetime, activity: str) -> Contact:
    """Return the contact with the consent.

    A consent that arrives late, because a form provider sent it again, does not override a later refusal.
    """
    if proof is None or _was_refused_later(contact, proof.purpose, at):
        return contact
    permission = Permission(granted=True, at=at, record=activity)
    return replace(contact, consent=contact.consent | {proof.purpose: permission})


def _was_refused_later(contact: Contact, purpose: str, at: datetime) -> bool:
    known = contact.consent.get(purpose)
    refusals = (contact.unsubscribed, known.at if known and not known.granted else None)
    return any(refused is not None and refused > at for refused in refusals)
