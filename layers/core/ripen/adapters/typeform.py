"""Typeform's webhook: its event becomes a form id, the response's id and the answers by question.

Source: Typeform, Webhooks, "Example payload" and Responses, "JSON response explanation". Each answer holds its value under
a key that its `type` names; a legal question's answer is a boolean.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ripen.errors import Rejected

RESPONSE = "form_response"

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_WHERE = re.compile(r" - at `\$\.([^`]+)`$")


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

    def value(self) -> str:
        """As text: choices are joined by commas, "" for a kind we do not read (files, payments)."""
        if self.choice is not None:
            return _label(self.choice)
        if self.choices is not None:
            labels = self.choices.get("labels")
            chosen = [str(label) for label in labels] if isinstance(labels, list) else []
            return ", ".join([*chosen, *([str(self.choices["other"])] if self.choices.get("other") else [])])
        if self.boolean is not None:
            return "true" if self.boolean else "false"
        if self.number is not None:
            return str(self.number)
        return self.text or self.email or self.phone_number or self.url or self.date or ""


class FormResponse(Struct, frozen=True):
    """One filled-in form. `token` is its id, the same however often it is sent."""

    form_id: str
    token: Annotated[str, Meta(min_length=1, max_length=200)]
    submitted_at: Annotated[datetime, Meta(tz=True)]
    hidden: dict[str, str | int | float | bool | None] = {}
    answers: Annotated[list[_Answer], Meta(max_length=300)] = []

    def __post_init__(self) -> None:
        if self.submitted_at < _EARLIEST:
            raise ValueError("submitted before there was a web form")

    @property
    def at(self) -> datetime:
        return self.submitted_at.astimezone(UTC)

    def named(self, names: dict[str, str]) -> list[tuple[str, str]]:
        """The answers to the questions that `names` knows by ref or id, under the names it gives them, and the hidden
        fields under their own, or the one it gives them. An answer comes before a hidden field, and where two questions
        fill one field the first answer does. A hidden field is part of a link, so it never stands for a tick."""
        found: dict[str, str] = {}
        for answer in self.answers:
            name = names.get(answer.field.ref) or names.get(answer.field.id)
            if name and (value := answer.value()):
                found.setdefault(name, value)
        for hidden, content in self.hidden.items():
            name = names.get(hidden, hidden)
            if name != "consent" and content is not None:
                found.setdefault(name, str(content))
        return list(found.items())


class _Event(Struct, frozen=True):
    event_type: str
    form_response: FormResponse | None = None


def read(body: bytes) -> FormResponse | None:
    """The response in an event; None for another kind of event. Raises Rejected where it is not as Typeform says."""
    try:
        event = msgspec.json.decode(body, type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        where = _WHERE.search(str(error))
        raise Rejected("this is no event of Typeform's", field=where[1] if where else "") from None
    if event.event_type != RESPONSE:
        return None
    if event.form_response is None:
        raise Rejected("this is no event of Typeform's", field=RESPONSE)
    return event.form_response


def _label(choice: dict[str, Any]) -> str:
    return str(choice.get("label") or choice.get("other") or "")
