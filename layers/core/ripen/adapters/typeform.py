"""Typeform's webhook: the form, the id and the answers of a response.

An answer has its value under a key that its `type` names; the answer to a legal question is a boolean.

Source: Typeform, Webhooks API, "Example payload"; Responses API, "JSON response explanation".
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ripen.errors import Rejected

RESPONSE = "form_response"

_ERROR_PATH = re.compile(r" - at `\$\.([^`]+)`$")
"""The path at the end of msgspec's error message."""
_NOT_AN_EVENT = "the body is not an event of Typeform"


class _Question(Struct, frozen=True):
    id: str = ""
    ref: str = ""


class _Answer(Struct, frozen=True):
    type: str
    field: _Question
    text: str | None = None
    email: str | None = None
    phone_number: str | None = None
    url: str | None = None
    date: str | None = None
    boolean: bool | None = None
    number: int | float | None = None
    choice: dict[str, Any] | None = None
    choices: dict[str, Any] | None = None

    def values(self) -> list[str]:
        """Return the answer as texts that are not blank: one for each choice, else at most one."""
        texts = _labels(self.choices) if self.choices is not None else [self._value()]
        return [text for text in texts if text]

    def _value(self) -> str:
        """Return the only answer as text; "" for types that are not read (files, payments)."""
        if self.choice is not None:
            return str(self.choice.get("label") or self.choice.get("other") or "")
        if self.boolean is not None:
            return "true" if self.boolean else "false"
        if self.number is not None:
            return str(self.number)
        return self.text or self.email or self.phone_number or self.url or self.date or ""


class FormResponse(Struct, frozen=True):
    """One response to a form. `token` is its id, and stays the same when Typeform sends the event again."""

    form_id: str
    token: Annotated[str, Meta(min_length=1, max_length=200)]
    submitted_at: Annotated[datetime, Meta(tz=True)]
    hidden: dict[str, str | int | float | bool | None] = {}
    answers: Annotated[list[_Answer], Meta(max_length=300)] = []

    def __post_init__(self) -> None:
        if not 2000 <= self.submitted_at.year < 2100:  # beyond them, a conversion to UTC could overflow
            raise ValueError("submitted_at is not in the years 2000 to 2099")

    @property
    def at(self) -> datetime:
        """The time of the response in aware UTC."""
        return self.submitted_at.astimezone(UTC)

    def named(self, names: dict[str, str]) -> list[tuple[str, str]]:
        """Return the form's fields: pairs of name and value, several for a question with several choices.

        `names` maps the ref or id of a question, or the name of a hidden field, to the name of our field. A question
        without a name is left out; a hidden field keeps its own name. If several fill the same field, the first answer
        wins, and an answer wins over a hidden field. A hidden field never gives consent, because it is part of a link.
        """
        fields: dict[str, list[str]] = {}
        for answer in self.answers:
            name = names.get(answer.field.ref) or names.get(answer.field.id)
            if name and (values := answer.values()):
                fields.setdefault(name, values)
        for hidden, content in self.hidden.items():
            name = names.get(hidden, hidden)
            if name != "consent" and content is not None:
                fields.setdefault(name, [str(content)])
        return [(name, value) for name, values in fields.items() for value in values]


class _Event(Struct, frozen=True):
    event_type: str
    form_response: FormResponse | None = None


def read(body: bytes) -> FormResponse | None:
    """Return the response of an event; None for another type of event. Raises Rejected for an invalid event."""
    try:
        event = msgspec.json.decode(body, type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        path = _ERROR_PATH.search(str(error))
        raise Rejected(_NOT_AN_EVENT, field=path[1] if path else "") from None
    if event.event_type != RESPONSE:
        return None
    if event.form_response is None:
        raise Rejected(_NOT_AN_EVENT, field=RESPONSE)
    return event.form_response


def _labels(choices: dict[str, Any]) -> list[str]:
    """Return the chosen labels and the respondent's own words ("other")."""
    labels = choices.get("labels")
    chosen = [str(label) for label in labels] if isinstance(labels, list) else []
    return [*chosen, str(choices["other"])] if choices.get("other") else chosen
