"""What a journey's update step makes of a lead's profile."""

from collections.abc import Sequence
from copy import replace
from typing import Any

from ripen.journey.effects import Update
from ripen.lead.lead import Profile
from ripen.lead.text import clean

_FIELDS = frozenset(
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
_OURS = frozenset(["id", "email", "created", "attributes", "tags", "stage", "crm"])
"""Not to be set by a step's `fields`: who the lead is stays as it is, and tags and stages have words of their own."""
_LONGEST = 1000


def updated(profile: Profile, update: Update, stages: Sequence[str]) -> Profile:
    """The profile after the step. Fields we do not know are attributes, a stage never goes back, and a value that no form
    could bring (control characters) is left out."""
    fields = {name: text[:_LONGEST] for name, raw in update.fields.items() if (text := clean(raw)) is not None}
    own: dict[str, Any] = {name: value for name, value in fields.items() if name in _FIELDS}
    others = {name: value for name, value in fields.items() if name not in _FIELDS | _OURS}
    kept = tuple(tag for tag in profile.tags if tag not in update.remove_tags)
    added = tuple(tag for tag in dict.fromkeys(update.add_tags) if tag not in kept)
    return replace(
        profile,
        **own,
        attributes=profile.attributes | others,
        tags=kept + added,
        stage=_further(profile.stage, update.stage, stages),
    )


def _further(stage: str, wanted: str, stages: Sequence[str]) -> str:
    if wanted not in stages:
        return stage
    return wanted if stage not in stages or stages.index(wanted) > stages.index(stage) else stage
