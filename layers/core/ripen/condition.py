"""Conditions of the playbook: do they hold for this lead?"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from unicodedata import normalize

from ripen.address import kind
from ripen.bundle import Condition
from ripen.lead import Profile

Traits = Mapping[str, str | float]


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
        **judged,
    }


def all_hold(conditions: Iterable[Condition], traits: Traits) -> bool:
    """True also where there is no condition."""
    return all(evaluate(condition, traits) for condition in conditions)


def evaluate(condition: Condition, traits: Traits) -> bool:
    """Whether every test that the condition makes holds. A trait nobody has told us is blank."""
    value = traits.get(condition.field, "")
    text = plain(str(value))
    return (
        (not condition.any_of or text in map(plain, condition.any_of))
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
def plain(text: str) -> str:
    """As texts are compared: full width and half width, upper and lower case are one (Unicode, UAX #15 NFKC)."""
    return normalize("NFKC", text).casefold().strip()


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """Finds the word. Latin letters and digits only as whole words, so that "IT" is not found in "recruiting"; Japanese
    has no spaces between words and is found anywhere."""
    text = plain(word)
    before = r"(?<![a-z0-9])" if text[:1].isascii() and text[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if text[-1:].isascii() and text[-1:].isalnum() else ""
    return re.compile(before + re.escape(text) + after)
