"""A submission: the answers that were sent through a form, read with suspicion, before they become a lead.

Only answers that the form knows are read: its fields, the names that it maps to them, the parts of a lead's profile,
and where the visitor came from. All others are ignored, so that nobody can fill a lead with junk.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from ripen.capture.field_errors import (
    LIMIT,
    NOT_A_DATE,
    NOT_AN_OPTION,
    REQUIRED,
    TWICE,
    UNREADABLE,
    FieldError,
    InvalidSubmission,
)
from ripen.errors import Rejected
from ripen.lead.address import normalise
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH, read_touch
from ripen.lead.lead import Touch
from ripen.lead.names import split_name
from ripen.lead.phone import phone
from ripen.lead.text import clean, is_day
from ripen.playbook.bundle import Consent, Form, FormField
from ripen.tracking.visitor import is_visitor

PROFILE = ("last_name", "first_name", "company", "department", "job_title", "phone")
NAME_TO_REVIEW = "name_to_review"
"""The attribute that keeps a full name as typed, if a person should check how it was split."""

_CARRIED = ("page_url", "referrer", "page", "nonce", "lang", "visitor")
_LONGEST = 200
"""The longest answer to a name that is no field of the form."""
_YES = frozenset(
    [
        "on",
        "true",
        "yes",
        "y",
        "1",
        "ok",
        "agree",
        "agreed",
        "accept",
        "accepted",
        "checked",
        "はい",
        "同意",
        "同意する",
        "同意します",
        "希望する",
        "受け取る",
    ]
)

_NO_ATTRIBUTES = frozenset({*PROFILE, *CAMPAIGN_PARAMETERS, *_CARRIED, "consent"})

Answers = Iterable[tuple[str, str]]


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
    lenient: bool = False,
) -> Submission:
    """Return the submission. Raise InvalidSubmission with everything that is wrong with it.

    `complete` asks for all fields that the form requires; otherwise an address is enough, because a lost lead is worse
    than an incomplete one. `referer` is the page it was posted from, if the answers do not name it. `lenient` leaves
    out an answer that is none of the options or no date: a form provider's visitor can correct nothing any more.
    """
    known, errors = _gather(form, answers, lenient)
    email = _email(known.pop("email", ""), errors)
    _split_full_name(known)
    if complete:
        errors += _missing(form, known, errors)
    if errors:
        raise InvalidSubmission(errors)
    visitor = known.get("visitor", "")
    return Submission(
        form=form.name,
        email=email,
        locale=locale,
        guessed=guessed,
        touch=read_touch(known, now, referer),
        fields=_profile(known),
        attributes={name: value for name, value in known.items() if name not in _NO_ATTRIBUTES},
        entry={field.name: known[field.name] for field in form.fields if field.entry and field.name in known},
        consent=is_consent(form.consent, known.get("consent", "")),
        nonce=known.get("nonce", ""),
        page=known.get("page", ""),
        visitor=visitor if is_visitor(visitor) else "",
    )


def _profile(known: Mapping[str, str]) -> dict[str, str]:
    fields = {name: known[name] for name in PROFILE if name in known}
    return fields | ({"phone": phone(fields["phone"])} if "phone" in fields else {})


def is_consent(consent: Consent | None, value: str) -> bool:
    """Return whether the box was ticked: HTML's "on", a word for yes, or the wording of the consent itself."""
    return consent is not None and (value.casefold() in _YES or (value != "" and value in consent.text.values()))


def _gather(form: Form, answers: Answers, lenient: bool) -> tuple[dict[str, str], list[FieldError]]:
    """Return the cleaned answers that the form knows, by our names and without blanks, and what is wrong with them."""
    fields = {field.name: field for field in form.fields}
    names = {"email", "full_name", "consent", *PROFILE, *CAMPAIGN_PARAMETERS, *_CARRIED, *fields}
    known: dict[str, str] = {}
    errors: list[FieldError] = []
    for typed_name, typed in answers:
        name = form.mapping.get(typed_name, typed_name)
        if typed_name not in form.mapping and name not in names:
            continue
        value, error = _clean(name, typed, fields.get(name))
        if error:
            errors.append(error)
        if value and known.setdefault(name, value) != value:
            errors.append(FieldError(name, TWICE))
    return known, errors + _remove_wrong_choices(form, known, lenient)


def _clean(name: str, typed: str, field: FormField | None) -> tuple[str, FieldError | None]:
    value = clean(typed, multiline=field is not None and field.type == "textarea")
    if value is None:
        return "", FieldError(name, UNREADABLE)
    if name in CAMPAIGN_PARAMETERS or name in _CARRIED:
        return value[:MAX_LENGTH], None
    limit = field.max_length if field else _LONGEST
    if name != "email" and len(value) > limit:
        return value, FieldError(name, LIMIT, limit)
    return value, None


def _remove_wrong_choices(form: Form, known: dict[str, str], lenient: bool) -> list[FieldError]:
    """Remove the answers to selects and dates that are no choice; return an error for each, unless `lenient`."""
    wrong = [field for field in form.fields if field.name in known and not _is_choice(field, known[field.name])]
    for field in wrong:
        del known[field.name]
    errors = [FieldError(field.name, NOT_AN_OPTION if field.type == "select" else NOT_A_DATE) for field in wrong]
    return [] if lenient else errors


def _is_choice(field: FormField, value: str) -> bool:
    """Return whether the value is one that the field offers: an option in any locale, or a day such as 2026-12-31.

    A field of another type offers any text.
    """
    match field.type:
        case "select":
            return any(value in option.values() for option in field.options)
        case "date":
            return is_day(value)
        case _:
            return True


def _missing(form: Form, known: Mapping[str, str], errors: Iterable[FieldError]) -> list[FieldError]:
    """Return an error for each required field that is blank and has no error yet."""
    wrong = {"email", *(error.field for error in errors)}
    required = [field.name for field in form.fields if field.required and field.name not in wrong]
    return [FieldError(name, REQUIRED) for name in required if not known.get(name)]


def _email(typed: str, errors: list[FieldError]) -> str:
    """Return the address; or "" and add an error, unless the address has one already."""
    if any(error.field == "email" for error in errors):
        return ""
    if not typed:
        errors.insert(0, FieldError("email", REQUIRED))
        return ""
    try:
        return normalise(typed)
    except Rejected as rejected:
        errors.insert(0, FieldError("email", rejected.reason))
        return ""


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
