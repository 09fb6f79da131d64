"""What a form says about a lead that we know. Anybody can type a known address, so only a proof replaces a value.

Blank values are filled in. A value that differs is kept beside the known one, as typed, until the address or the
browser is proven.
"""

from collections.abc import Mapping
from copy import replace
from typing import Any

from ripen.capture.answers import PROFILE
from ripen.capture.submission import NAME_TO_REVIEW
from ripen.lead.lead import Profile

_NAME = ("last_name", "first_name")
"""A name is one value: half of it is never replaced or filled in."""


def with_values(profile: Profile, values: Mapping[str, str], proven: bool) -> Profile:
    """Return the profile after a form gave these values."""
    known = _known(profile)
    differing = {name for name, value in values.items() if known.get(name, value) != value} if not proven else set()
    if not differing.isdisjoint(_NAME):
        differing |= {name for name in _NAME if name in values and known.get(name) != values[name]}
    taken = {name: value for name, value in values.items() if name not in differing}
    beside = {name: value for name, value in profile.typed.items() if name not in values}
    return replace(_taken(profile, taken), typed=beside | {name: values[name] for name in values if name in differing})


def adopted(profile: Profile) -> Profile:
    """Return the profile after a proof: the typed values are the lead's."""
    return replace(_taken(profile, profile.typed), typed={})


def _taken(profile: Profile, values: Mapping[str, str]) -> Profile:
    """Return the profile with these values. A name in two fields ends the review of an unsplit one."""
    fields: dict[str, Any] = {name: value for name, value in values.items() if name in PROFILE}
    reviewed = {NAME_TO_REVIEW} if "last_name" in fields else set()
    kept = {name: value for name, value in profile.attributes.items() if name not in reviewed}
    given = {name: value for name, value in values.items() if name not in PROFILE}
    return replace(profile, attributes=kept | given, **fields)


def _known(profile: Profile) -> dict[str, str]:
    """Return the values that are not blank."""
    fields = {name: str(getattr(profile, name)) for name in PROFILE}
    return {name: value for name, value in (profile.attributes | fields).items() if value}
