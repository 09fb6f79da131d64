"""Conditions and clauses of the playbook: do they hold for this lead?"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from unicodedata import normalize

from msgspec import Struct

from ripen.lead.address import kind
from ripen.lead.lead import Profile
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged

Traits = Mapping[str, str | float]


class LeadFacts(Struct, frozen=True, kw_only=True):
    """What clauses are asked about."""

    traits: Mapping[str, str | float]
    """As condition.traits gives them."""
    now: datetime
    count: Callable[[str, str, datetime | None], int] = lambda kind, subject, since: 0
    """How often (kind, subject, since when; None: ever) the lead did it."""
    tags: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    """For which consent stands."""


def holds(clause: Clause, facts: LeadFacts) -> bool:
    """Whether the clause holds, however it is nested."""
    match clause:
        case Condition():
            return condition_holds(clause, facts.traits)
        case Did():
            within = clause.within_seconds
            since = None if within is None else facts.now - timedelta(seconds=within)
            times = facts.count(clause.kind, clause.subject, since)
            return times >= clause.at_least and (clause.at_most is None or times <= clause.at_most)
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


def traits(profile: Profile, **judged: str | float) -> Traits:
    """What conditions are asked about, by name: the profile's fields and attributes, "domain", "email_kind", and what
    else was judged (fit, engagement, total, rank). A form's field never hides one of ours."""
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
        **judged,
    }


def all_hold(conditions: Iterable[Condition], traits: Traits) -> bool:
    """True also where there is no condition."""
    return all(condition_holds(condition, traits) for condition in conditions)


def condition_holds(condition: Condition, traits: Traits) -> bool:
    """Whether every test that the condition makes holds. A trait nobody has told us is blank."""
    value = traits.get(condition.field, "")
    text = comparable(str(value))
    return (
        (not condition.any_of or text in map(comparable, condition.any_of))
        and (not condition.contains or any(_pattern(word).search(text) for word in condition.contains))
        and (condition.at_least is None or _reaches(value, condition.at_least))
        and (condition.present is None or condition.present == bool(text))
    )


def _reaches(value: str | float, least: float) -> bool:
    try:
        return float(value) >= least
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """As texts are compared: full width and half width, upper and lower case are one (Unicode, UAX #15 NFKC)."""
    return normalize("NFKC", text).casefold().strip()


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """Finds the word. Latin letters and digits only as whole words, so that "IT" is not found in "recruiting"; Japanese
    has no spaces between words and is found anywhere."""
    text = comparable(word)
    before = r"(?<![a-z0-9])" if text[:1].isascii() and text[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if text[-1:].isascii() and text[-1:].isalnum() else ""
    return re.compile(before + re.escape(text) + after)
