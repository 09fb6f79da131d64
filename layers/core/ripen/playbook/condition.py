"""Evaluates the playbook's conditions and clauses for a lead."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite
from unicodedata import normalize

from msgspec import Struct

from ripen.lead.address import kind
from ripen.lead.lead import Profile
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged

_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?", re.ASCII)
Traits = Mapping[str, str | float]
"""Values of a lead by the name that conditions use."""


class LeadFacts(Struct, frozen=True, kw_only=True):
    """Everything about a lead that clauses can ask for, as of `now`."""

    traits: Traits
    now: datetime
    count: Callable[[str, str, datetime | None], int] = lambda kind, subject, since: 0
    """Returns how often the lead did an activity: (kind, subject, since; None: ever)."""
    tags: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    """The purposes that the lead has consented to."""


def holds(clause: Clause, facts: LeadFacts) -> bool:
    """Return whether the clause holds, with all clauses nested in it."""
    match clause:
        case Condition():
            return condition_holds(clause, facts.traits)
        case Did():
            return _did(clause, facts)
        case Belongs():
            return clause.segment in facts.segments
        case Agreed():
            return clause.purpose in facts.purposes
        case Tagged():
            return clause.tag in facts.tags
        case AllOf():
            return all(holds(part, facts) for part in clause.of)
        case AnyOf():
            return any(holds(part, facts) for part in clause.of)
        case Not():
            return not holds(clause.clause, facts)


def _did(clause: Did, facts: LeadFacts) -> bool:
    within = clause.within_seconds
    since = None if within is None else facts.now - timedelta(seconds=within)
    times = facts.count(clause.kind, clause.subject, since)
    return times >= clause.at_least and (clause.at_most is None or times <= clause.at_most)


def traits(profile: Profile, **computed: str | float) -> Traits:
    """Return the lead's values by name: profile fields, attributes, "domain", "email_kind" and computed values.

    Computed values are those of score_traits. A form field never replaces one of these names.
    """
    return {
        **profile.attributes,
        "email": profile.email,
        "domain": profile.email.rpartition("@")[2],
        "email_kind": kind(profile.email),
        "last_name": profile.last_name,
        "first_name": profile.first_name,
        "company": profile.company,
        "department": profile.department,
        "job_title": profile.job_title,
        "phone": profile.phone,
        "locale": profile.locale,
        "country": profile.country,
        "stage": profile.stage,
        **computed,
    }


def all_hold(conditions: Iterable[Condition], traits: Traits) -> bool:
    """Return whether every condition holds; True if there is none."""
    return all(condition_holds(condition, traits) for condition in conditions)


def condition_holds(condition: Condition, traits: Traits) -> bool:
    """Return whether every test of the condition holds. An unknown trait is blank."""
    value = traits.get(condition.field, "")
    text = comparable(str(value))
    return (
        (not condition.any_of or text in map(comparable, condition.any_of))
        and (not condition.contains or any(_pattern(word).search(text) for word in condition.contains))
        and (condition.at_least is None or _reaches(value, condition.at_least))
        and (condition.present is None or condition.present == bool(text))
    )


def _reaches(value: str | float, least: float) -> bool:
    number = as_number(value)
    return number is not None and number >= least


def as_number(value: str | float) -> float | None:
    """Return the number that a person wrote, such as "1,200" or "１２００"; None for other texts, infinity and NaN."""
    if not isinstance(value, str):
        return value if isfinite(value) else None
    text = comparable(value)
    return float(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """Return the text without differences of width and case (NFKC of Unicode UAX #15, and case folding)."""
    return normalize("NFKC", text).casefold().strip()


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """Return a pattern that finds the word.

    Latin letters and digits match only as whole words, so that "IT" is not found in "recruiting". Japanese is written
    without spaces and matches anywhere.
    """
    text = comparable(word)
    before = r"(?<![a-z0-9])" if text[:1].isascii() and text[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if text[-1:].isascii() and text[-1:].isalnum() else ""
    return re.compile(before + re.escape(text) + after)
