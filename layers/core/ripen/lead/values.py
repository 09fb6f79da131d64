"""The values of a lead that one activity set, so that a back-test knows what was known of the lead at any moment."""

from collections.abc import Mapping
from copy import replace
from typing import Any

from ripen.lead.lead import Profile

_FIELDS = ("last_name", "first_name", "company", "department", "job_title", "phone", "locale", "country")
"""The fields of a profile that conditions may ask for. The address is the lead's own from the start."""
_LONGEST = 200
"""A longer text, such as a message to sales, is no value that a rule asks for, and costs a row its kilobyte."""


def changed_values(before: Profile | None, after: Profile) -> dict[str, str]:
    """Return the values that differ, by name, also those that are blank now. `before` is None for a new lead."""
    known = _values(before) if before else {}
    new = _values(after)
    changed = {name: new.get(name, "") for name in {**new, **known} if new.get(name, "") != known.get(name, "")}
    return {name: value for name, value in changed.items() if len(value) <= _LONGEST}


def with_known_values(profile: Profile, values: Mapping[str, str]) -> Profile:
    """Return the profile after an activity set these values."""
    fields: dict[str, Any] = {name: value for name, value in values.items() if name in _FIELDS}
    others = {name: value for name, value in values.items() if name not in _FIELDS}
    return replace(profile, attributes=profile.attributes | others, **fields)


def unknown_lead(profile: Profile) -> Profile:
    """Return what is known of the lead without any activity: its address."""
    return Profile(id=profile.id, email=profile.email, created=profile.created, locale="")


def _values(profile: Profile) -> dict[str, str]:
    return profile.attributes | {name: getattr(profile, name) for name in _FIELDS}
