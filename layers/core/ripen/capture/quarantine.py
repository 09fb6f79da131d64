"""A submission in quarantine: answered as if it were accepted, and kept for 30 days until a person releases it."""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from ripen.capture.answers import Answers
from ripen.lead.text import clean, without_controls

KEPT = timedelta(days=30)


class Why(StrEnum):
    """Why a submission is in quarantine."""

    HONEYPOT = "honeypot"
    NETWORK = "network"
    DOMAIN = "domain"
    INBOX = "inbox"


class Quarantined(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `quarantine#<form>` row. It belongs to no lead."""

    id: str
    form: str
    at: datetime
    why: Why
    answers: tuple[tuple[str, str], ...] = ()
    """Names and values as sent, without control characters."""
    locale: str = ""
    settled: str = ""
    """"released" or "dropped", once a person has decided."""
    by: str = ""


def quarantined(id: str, form: str, why: Why, answers: Answers, locale: str, now: datetime) -> Quarantined:
    typed = tuple((name, without_controls(value)) for name, value in answers if clean(name))
    return Quarantined(id=id, form=form, at=now, why=why, answers=typed, locale=locale)


def settle(row: Quarantined, outcome: str, by: str) -> Quarantined:
    """Return the row after a person's decision: "released" or "dropped". What was typed goes."""
    return replace(row, settled=outcome, by=by, answers=())
