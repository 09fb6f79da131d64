"""The values of the answers that a form knows. An odd answer is joined, cleaned, cut or left out, with a note.

A lead is never lost for one odd value: a checkbox group, a text from Word, a parameter that came twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

from msgspec import Struct

from ripen.decision import Outcome, Reason
from ripen.errors import Rejected
from ripen.lead.address import normalise
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH
from ripen.lead.text import clean, is_day, one_line, without_controls
from ripen.playbook.bundle import Consent, Form, FormField

PROFILE = ("last_name", "first_name", "company", "department", "job_title", "phone")
TECHNICAL = (*CAMPAIGN_PARAMETERS, "page_url", "referrer", "page", "nonce", "lang", "visitor")
"""Names of values that no person types."""

_NAMES = ("last_name", "first_name", "full_name")
_LONGEST = 200
"""The longest answer to a name that is no field of the form."""
_LONGEST_QUOTE = 80
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
_NO = frozenset(["off", "false", "no", "n", "0", "null", "いいえ", "同意しない", "同意しません", "希望しない"])

Answers = Iterable[tuple[str, str]]


class Note(Struct, frozen=True):
    """What became of an odd answer, for the person who looks for it."""

    field: str
    outcome: Outcome
    reason: str = ""


class KnownAnswers(Struct, frozen=True, kw_only=True):
    """The values by our names, none of them blank. `email` is normalised, "" without a usable address."""

    values: Mapping[str, str]
    email: str
    refused_email: str
    """Why the address that was sent is none; "" if none was sent or one is usable."""
    consent: bool
    notes: tuple[Note, ...]


def read_answers(form: Form, answers: Answers) -> KnownAnswers:
    """Return the values of the answers that the form knows, by our names."""
    fields = {field.name: field for field in form.fields}
    sent = _sent(form, answers, {"email", "full_name", "consent", *PROFILE, *TECHNICAL, *fields})
    notes: list[Note] = []
    addresses, refused_email = _addresses(sent.pop("email", []))
    consent = _is_consent(form.consent, sent.pop("consent", []), len(addresses), notes)
    if len(addresses) > 1:
        notes.append(Note("email", Outcome.LEFT_OUT, Reason.MORE_ADDRESSES))
    read = {name: _value(name, typed, fields.get(name), notes) for name, typed in sent.items()}
    return KnownAnswers(
        values={name: value for name, value in read.items() if value},
        email=next(iter(addresses), ""),
        refused_email="" if addresses else refused_email,
        consent=consent,
        notes=tuple(notes),
    )


def _sent(form: Form, answers: Answers, names: set[str]) -> dict[str, list[str]]:
    """Return what was sent for each name, without blanks."""
    sent: dict[str, list[str]] = {}
    for typed_name, typed in answers:
        name = form.mapping.get(typed_name, typed_name)
        if (typed_name in form.mapping or name in names) and clean(typed) != "":
            sent.setdefault(name, []).append(typed)
    return sent


def _addresses(sent: Iterable[str]) -> tuple[Sequence[str], str]:
    """Return the usable addresses, each once, and why the first of the others is none."""
    usable: dict[str, None] = {}
    refused = ""
    for typed in sent:
        try:
            usable[normalise(clean(typed) or typed)] = None
        except Rejected as rejected:
            refused = refused or rejected.reason
    return tuple(usable), refused


def _is_consent(consent: Consent | None, sent: Sequence[str], addresses: int, notes: list[Note]) -> bool:
    """Return whether all that was sent is a clear yes, for a single address. Anything else is no consent."""
    if consent is None or not sent:
        return False
    said = [clean(typed) or "" for typed in sent]
    agreed = [_is_yes(consent, text) for text in said]
    if all(agreed) and addresses < 2:
        return True
    if all(agreed):
        notes.append(Note("consent", Outcome.LEFT_OUT, Reason.MORE_ADDRESSES))
    elif any(agreed) or not all(text.casefold() in _NO for text in said):
        notes.append(Note("consent", Outcome.LEFT_OUT, _with(Reason.NO_CLEAR_YES, sent)))
    return False


def _is_yes(consent: Consent, text: str) -> bool:
    """Return whether the box was ticked: HTML's "on", a word for yes, or the wording of the consent itself."""
    return text.casefold() in _YES or (text != "" and text in consent.text.values())


def _value(name: str, sent: Sequence[str], field: FormField | None, notes: list[Note]) -> str:
    """Return the one value of a name, "" if none of what was sent can be kept."""
    texts = list(dict.fromkeys(_texts(name, sent, field, notes)))
    kind = field.type if field else ""
    if field and kind in ("select", "date"):
        return _choice(field, texts, notes)
    if name in TECHNICAL:
        return _first(name, texts, notes)[:MAX_LENGTH]
    single = name == "phone" or kind == "tel"
    whole = _first(name, texts, notes) if single else _joined(name, texts, notes)
    limit = field.max_length if field else _LONGEST
    if len(whole) > limit:
        notes.append(Note(name, Outcome.CUT, f"{Reason.TOO_LONG}: {len(whole)} → {limit}"))
    return whole[:limit].rstrip()


def _texts(name: str, sent: Iterable[str], field: FormField | None, notes: list[Note]) -> Iterator[str]:
    """Yield what was sent, cleaned and without blanks. An id is not cleaned: it would be another one."""
    multiline = field is not None and field.type == "textarea"
    cleaned = False
    for typed in sent:
        text = clean(typed, multiline)
        if text is None:
            cleaned = True
            text = "" if name in TECHNICAL else clean(without_controls(typed), multiline)
        if text:
            yield text
    if cleaned:
        notes.append(Note(name, Outcome.CLEANED))


def _choice(field: FormField, texts: Sequence[str], notes: list[Note]) -> str:
    """Return the value of the first text that the field offers."""
    values = {text: value for text in texts if (value := offered(field, text))}
    if wrong := [text for text in texts if text not in values]:
        reason = Reason.NOT_AN_OPTION if field.type == "select" else Reason.NOT_A_DATE
        notes.append(Note(field.name, Outcome.LEFT_OUT, _with(reason, wrong)))
    return _first(field.name, list(dict.fromkeys(values.values())), notes)


def offered(field: FormField, text: str) -> str:
    """Return the value of an option, written as its value or in any language; a day such as 2026-12-31; else ""."""
    if field.type == "date":
        return text if is_day(text) else ""
    options = zip(field.options, chain(field.values, repeat("")), strict=False)
    return next((value or text for words, value in options if text in (value, *words.values())), "")


def _first(name: str, texts: Sequence[str], notes: list[Note]) -> str:
    if len(texts) > 1:
        notes.append(Note(name, Outcome.LEFT_OUT, _with(Reason.MORE_VALUES, texts[1:])))
    return texts[0] if texts else ""


def _joined(name: str, texts: Sequence[str], notes: list[Note]) -> str:
    """Return all texts as one; the parts of a name with a space between them."""
    if len(texts) > 1:
        notes.append(Note(name, Outcome.JOINED))
    return (" " if name in _NAMES else ", ").join(texts)


def _with(reason: Reason, texts: Iterable[str]) -> str:
    return f"{reason}: {one_line(', '.join(texts))[:_LONGEST_QUOTE]}"
