"""Apply an update step of a journey to a lead's profile."""

from collections.abc import Mapping, Sequence
from copy import replace
from typing import Any

from ripen.lead.lead import Profile
from ripen.lead.text import clean
from ripen.playbook.graph import UpdateStep

_PROFILE_FIELDS = frozenset(
    [
        "last_name",
        "first_name",
        "company",
        "department",
        "job_title",
        "phone",
        "locale",
        "country",
        "time_zone",
    ]
)
_PROTECTED_FIELDS = frozenset(["id", "email", "created", "attributes", "tags", "stage", "crm"])
"""A step's `fields` cannot set these: a lead keeps its identity, and tags and stages have their own keys."""
_MAX_LENGTH = 1000


def updated_profile(profile: Profile, step: UpdateStep, values: Mapping[str, str], stages: Sequence[str]) -> Profile:
    """Return the profile after the step; `values` are the step's fields, rendered for this lead.

    Unknown fields become attributes. The stage never moves back. A value with control characters, which no form
    accepts, is left out.
    """
    fields = {name: text[:_MAX_LENGTH] for name, raw in values.items() if (text := clean(raw)) is not None}
    known: dict[str, Any] = {name: value for name, value in fields.items() if name in _PROFILE_FIELDS}
    others = {name: value for name, value in fields.items() if name not in _PROFILE_FIELDS | _PROTECTED_FIELDS}
    kept = tuple(tag for tag in profile.tags if tag not in step.remove_tags)
    added = tuple(tag for tag in dict.fromkeys(step.add_tags) if tag not in kept)
    return replace(
        profile,
        **known,
        attributes=profile.attributes | others,
        tags=kept + added,
        stage=_later_stage(profile.stage, step.stage, stages),
    )


def _later_stage(current: str, wanted: str, stages: Sequence[str]) -> str:
    if wanted not in stages:
        return current
    return wanted if current not in stages or stages.index(wanted) > stages.index(current) else current
