"""A submission: the answers that were sent through a form, read with suspicion, before they become a lead.

Only answers that the form knows are read: its fields, the names that it maps to them, the parts of a lead's profile,
and where the visitor came from. All others are ignored, so that nobody can fill a lead with junk.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from ripen.capture.answers import PROFILE, TECHNICAL, Answers, KnownAnswers, Note, read_answers
from ripen.capture.field_errors import NOT_A_DATE, NOT_AN_OPTION, REQUIRED, FieldError, InvalidSubmission
from ripen.lead.attribution import read_touch
from ripen.lead.lead import Touch
from ripen.lead.names import split_name
from ripen.lead.phone import phone
from ripen.playbook.bundle import Form
from ripen.tracking.visitor import is_visitor

NAME_TO_REVIEW = "name_to_review"
"""The attribute that keeps a full name as typed, if a person should check how it was split."""

_NO_ATTRIBUTES = frozenset({*PROFILE, *TECHNICAL})
_NOT_OFFERED = {"select": NOT_AN_OPTION, "date": NOT_A_DATE}


class Submission(Struct, frozen=True, kw_only=True):
    """The answers that are kept; none is blank.

    `fields` are parts of the profile, `attributes` are other fields of the form.
    """

    form: str
    email: str
    locale: str
    touch: Touch
    guessed: bool = False
    """True if the locale is only our default: a known lead keeps its own."""
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    entry: dict[str, str] = {}
    """Answers that are kept with the activity."""
    consent: bool = False
    nonce: str = ""
    page: str = ""
    visitor: str = ""
    """The browser's id; "" if our script does not run on the page or may not."""
    network: str = ""
    """A keyed hash of the sender's network, "" if it is not known."""
    notes: tuple[Note, ...] = ()
    """What became of odd answers."""


def hit_honeypot(form: Form, answers: Answers) -> bool:
    """Return whether the field that people do not see is filled in."""
    return any(name == form.honeypot and value.strip() for name, value in answers)


def requested_locale(answers: Answers) -> str:
    return next((value for name, value in answers if name == "lang"), "")


def read(
    form: Form,
    answers: Answers,
    *,
    locale: str,
    now: datetime,
    complete: bool,
    referer: str = "",
    guessed: bool = False,
) -> Submission:
    """Return the submission. Raise InvalidSubmission with everything that is wrong with it.

    `complete` asks for all fields that the form requires, of a person who sees the errors beside them. Otherwise an
    address is enough, because a lost lead is worse than an incomplete one. `referer` is the page it was posted from,
    if the answers do not name it.
    """
    found = read_answers(form, answers)
    known = dict(found.values)
    _split_full_name(known)
    if errors := [*_wrong_address(found), *(_missing(form, known, found.notes) if complete else ())]:
        raise InvalidSubmission(errors)
    visitor = known.get("visitor", "")
    return Submission(
        form=form.name,
        email=found.email,
        locale=locale,
        guessed=guessed,
        touch=read_touch(known, now, referer),
        fields=_profile(known),
        attributes={name: value for name, value in known.items() if name not in _NO_ATTRIBUTES},
        entry={field.name: known[field.name] for field in form.fields if field.entry and field.name in known},
        consent=found.consent,
        nonce=known.get("nonce", ""),
        page=known.get("page", ""),
        visitor=visitor if is_visitor(visitor) else "",
        notes=found.notes,
    )


def _profile(known: Mapping[str, str]) -> dict[str, str]:
    fields = {name: known[name] for name in PROFILE if name in known}
    return fields | ({"phone": phone(fields["phone"])} if "phone" in fields else {})


def _wrong_address(found: KnownAnswers) -> Iterator[FieldError]:
    if not found.email:
        yield FieldError("email", found.refused_email or REQUIRED)


def _missing(form: Form, known: Mapping[str, str], notes: Iterable[Note]) -> Iterator[FieldError]:
    """Yield an error for each required field without a value."""
    noted = {note.field for note in notes}
    for field in form.fields:
        if field.required and field.name != "email" and field.name not in known:
            text = _NOT_OFFERED.get(field.type, REQUIRED) if field.name in noted else REQUIRED
            yield FieldError(field.name, text)


def _split_full_name(known: dict[str, str]) -> None:
    """Split one field with the whole name into two, unless they are given."""
    full = known.pop("full_name", "")
    if not full or "last_name" in known:
        return
    name = split_name(full)
    known["last_name"] = name.last
    if name.first:
        known.setdefault("first_name", name.first)
    if not name.sure:
        known[NAME_TO_REVIEW] = full
