"""A submission: what somebody sent through a form, read with suspicion, before it becomes a lead.

Only what the form knows is read: its fields, the names it maps to them, the parts of a lead's profile, and where the
visitor came from. Anything else is left behind, so that nobody can fill a lead with junk.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from ripen.capture.field_errors import LIMIT, REQUIRED, TWICE, UNREADABLE, FieldError, InvalidSubmission
from ripen.errors import Rejected
from ripen.lead.address import normalise
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH, read_touch
from ripen.lead.lead import Touch
from ripen.lead.names import split_name
from ripen.lead.phone import phone
from ripen.lead.text import clean
from ripen.playbook.bundle import Consent, Form
from ripen.tracking.visitor import is_visitor

PROFILE = ("last_name", "first_name", "company", "department", "job_title", "phone")
NAME_TO_REVIEW = "name_to_review"
"""The attribute that keeps a full name as typed where a person should look at how it was split."""

_CARRIED = ("page_url", "referrer", "page", "nonce", "lang", "visitor")
_LONGEST = 200
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

Answers = Iterable[tuple[str, str]]


class Submission(Struct, frozen=True, kw_only=True):
    """What is kept of it. `fields` are parts of the profile, `attributes` any other fields of the form; none is blank."""

    form: str
    email: str
    locale: str
    touch: Touch
    guessed: bool = False
    """Nobody said the language: it is only our default, and changes nothing for a known lead."""
    fields: dict[str, str] = {}
    attributes: dict[str, str] = {}
    entry: dict[str, str] = {}
    """Answers that are kept with the activity."""
    consent: bool = False
    nonce: str = ""
    page: str = ""
    visitor: str = ""
    """The browser's id, where our script runs on the page; "" where it does not or must not."""


def hit_honeypot(form: Form, answers: Answers) -> bool:
    """Was the field filled in that people do not see?"""
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
    """The submission. Raises Refused with everything that is wrong with it.

    `complete` asks for all fields that the form requires; else an address is enough, because losing a lead for a missing
    department is worse than an incomplete lead. `referer` is where it was posted from, if the answers do not say.
    """
    complaints: list[FieldError] = []
    known = _gather(form, answers, complaints)
    email = _email(known.pop("email", ""), complaints)
    _split_full_name(known)
    if complete:
        missing = [wanted.name for wanted in form.fields if wanted.required and wanted.name != "email"]
        complaints += [FieldError(name, REQUIRED) for name in missing if not known.get(name)]
    if complaints:
        raise InvalidSubmission(complaints)
    if "phone" in known:
        known["phone"] = phone(known["phone"])
    apart = {*PROFILE, *CAMPAIGN_PARAMETERS, *_CARRIED, "consent"}
    return Submission(
        form=form.name,
        email=email,
        locale=locale,
        guessed=guessed,
        touch=read_touch(known, now, referer),
        fields={name: known[name] for name in PROFILE if name in known},
        attributes={name: value for name, value in known.items() if name not in apart},
        entry={wanted.name: known[wanted.name] for wanted in form.fields if wanted.entry and wanted.name in known},
        consent=is_consent(form.consent, known.get("consent", "")),
        nonce=known.get("nonce", ""),
        page=known.get("page", ""),
        visitor=visitor if is_visitor(visitor := known.get("visitor", "")) else "",
    )


def is_consent(consent: Consent | None, value: str) -> bool:
    """Was the box ticked? Only a clear yes is one: HTML's "on", a word for yes, or the wording itself."""
    return consent is not None and (value.casefold() in _YES or (value != "" and value in consent.text.values()))


def _gather(form: Form, answers: Answers, complaints: list[FieldError]) -> dict[str, str]:
    """What the form knows, by our names, cleaned; blanks are left out."""
    wanted = {each.name: each for each in form.fields}
    names = {"email", "full_name", "consent", *PROFILE, *CAMPAIGN_PARAMETERS, *_CARRIED, *wanted}
    found: dict[str, str] = {}
    for typed_name, typed in answers:
        name = form.mapping.get(typed_name, typed_name)
        if typed_name not in form.mapping and name not in names:
            continue
        asked = wanted.get(name)
        value = clean(typed, multiline=asked is not None and asked.type == "textarea")
        if value is None:
            complaints.append(FieldError(name, UNREADABLE))
            continue
        if name in CAMPAIGN_PARAMETERS or name in _CARRIED:
            value = value[:MAX_LENGTH]
        elif name != "email" and len(value) > (limit := asked.max_length if asked else _LONGEST):
            complaints.append(FieldError(name, LIMIT, limit))
        if value and found.setdefault(name, value) != value:
            complaints.append(FieldError(name, TWICE))
    return found


def _email(typed: str, complaints: list[FieldError]) -> str:
    """The address, or "" and a complaint, unless there is one about it already."""
    if any(complaint.field == "email" for complaint in complaints):
        return ""
    if not typed:
        complaints.insert(0, FieldError("email", REQUIRED))
        return ""
    try:
        return normalise(typed)
    except Rejected as rejected:
        complaints.insert(0, FieldError("email", rejected.reason))
        return ""


def _split_full_name(known: dict[str, str]) -> None:
    """One field for the whole name becomes two, unless they are given."""
    full = known.pop("full_name", "")
    if not full or "last_name" in known:
        return
    name = split_name(full)
    known["last_name"] = name.last
    if name.first:
        known.setdefault("first_name", name.first)
    if not name.sure:
        known[NAME_TO_REVIEW] = full
