"""Segments: named groups of leads, each a list of conditions in the playbook."""

from collections.abc import Mapping
from functools import lru_cache

from ripen.bundle import Segment
from ripen.condition import Traits
from ripen.matching import holding
from ripen.same import Same


def segments(defined: Mapping[str, Segment], traits: Traits) -> tuple[str, ...]:
    """Names of the segments the lead is in, in order of name."""
    return tuple(sorted(segment.name for segment in holding(_listed(Same(defined)), traits)))


@lru_cache(maxsize=4)
def _listed(defined: Same[Mapping[str, Segment]]) -> tuple[Segment, ...]:
    """The same tuple for the same playbook, which `holding` wants."""
    return tuple(defined.value.values())
