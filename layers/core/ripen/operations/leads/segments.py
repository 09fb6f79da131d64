"""How many leads are in the segments of the live playbook, and what a segment asks of a lead."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ripen.adapters.table import Table
from ripen.failure import Failure
from ripen.lead.state import State
from ripen.nearest import nearest
from ripen.operations.leads.listing import MOST, LeadList, Wanted, list_leads
from ripen.operations.leads.scan import Sample, scan_sample
from ripen.operations.playbook_words.clauses import all_words
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle, Segment
from ripen.words import Words

_SAMPLE = 5


@dataclass(frozen=True)
class SegmentCounts:
    leads: Counter[str]
    """By the segment's name, of the leads that were read."""
    sample: Sample


def count_segments(table: Table, most: int = MOST, progress: Progress = silent) -> SegmentCounts:
    """Return how many leads are in each segment, as of their latest fold."""

    def look(states: Sequence[State]) -> list[str]:
        return [name for state in states for name in state.segments]

    found, sample = scan_sample(table, look, most, progress)
    return SegmentCounts(Counter(found), sample)


def find_segment(name: str, bundle: Bundle) -> Segment:
    """Return the segment of the live playbook. Raise Failure if it has none of that name."""
    if name in bundle.segments:
        return bundle.segments[name]
    hint = nearest(name, bundle.segments)
    raise Failure(
        Words(f"There is no live segment {name!r}{hint.en}", f"公開中のセグメント {name!r} はありません{hint.ja}"),
        Words("List them with: ripen segments", "一覧を見るには: ripen segments"),
    )


def segment_words(segment: Segment, bundle: Bundle) -> Words:
    """Return what the segment asks of a lead."""
    return all_words((*segment.when, *segment.also), bundle)


def look_at_segment(
    segment: Segment, table: Table, bundle: Bundle, now: datetime, most: int = MOST, progress: Progress = silent
) -> LeadList:
    """Return how many leads are in the segment, with the latest few of them."""
    return list_leads(Wanted(segment=segment.name, limit=_SAMPLE), table, bundle, now, most, progress)
