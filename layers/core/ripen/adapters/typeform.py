"""Typeform's webhook: its event becomes a form id, the response's id and the answers by question.

Source: Typeform, Webhooks, "Example payload" and Responses, "JSON response explanation". Each answer holds its value under
a key that its `type` names; a legal question's answer is a boolean.
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from ripen.errors import Rejected

RESPONSE = "form_response"

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class _Question(BaseModel):
    id: str = ""
    ref: str = ""


class _Answer(BaseModel):
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


class Answered(BaseModel):
    """One filled-in form. `token` is its id, the same however often it is sent."""

    form_id: str
    token: str = Field(min_length=1, max_length=200)
    submitted_at: AwareDatetime = Field(ge=_EARLIEST)
    hidden: dict[str, str | int | float | bool | None] = {}
    answers: list[_Answer] = Field(default=[], max_length=300)

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


class _Event(BaseModel):
    event_type: str
    form_response: Answered | None = None


def read(body: bytes) -> Answered | None:
    """The response in an event; None for another kind of event. Raises Rejected where it is not as Typeform says."""
    try:
        event = _Event.model_validate_json(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise Rejected("this is no event of Typeform's", field=where) from None
    if event.event_type != RESPONSE:
        return None
    if event.form_response is None:
        raise Rejected("this is no event of Typeform's", field=RESPONSE)
    return event.form_response


def _label(choice: dict[str, Any]) -> str:
    return str(choice.get("label") or choice.get("other") or "")
