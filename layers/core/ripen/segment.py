"""Segments: named groups of leads, each a list of conditions in the playbook."""

from collections.abc import Mapping

from ripen.bundle import Segment
from ripen.condition import Traits, all_hold


def segments(defined: Mapping[str, Segment], traits: Traits) -> tuple[str, ...]:
    """Names of the segments the lead is in, in order of name."""
    return tuple(sorted(name for name, segment in defined.items() if all_hold(segment.when, traits)))
