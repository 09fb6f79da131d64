"""Back-test scoring rules on all leads. Nothing is written, and no lead changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from ripen.adapters.table import Row, Table, keys
from ripen.backtest.leakage import Leak, fields_asked, leaks_of_fields, written_by_sales
from ripen.backtest.outcome import LeadOutcome, recorded_outcome
from ripen.backtest.report import BacktestReport
from ripen.backtest.story import Story, story_of
from ripen.backtest.trial import Period, trial
from ripen.lead.activity import Activity
from ripen.lead.history import HistoryEntry
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.operations.leads.scan import scan_batches
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle

type Outcomes = Mapping[str, LeadOutcome]
"""The outcome of each lead by its address."""


class LeakFound(Exception):
    """Rules ask for fields that Salesforce wrote."""

    def __init__(self, leaks: tuple[Leak, ...]) -> None:
        super().__init__(str(leaks))
        self.leaks = leaks


class Question(Struct, frozen=True, kw_only=True):
    """What a back-test compares: the rules before and after, in a period. `outcomes` None: what Ripen knows itself."""

    before: Bundle
    after: Bundle
    period: Period
    outcomes: Outcomes | None = None


class Backtest(Struct, frozen=True):
    """The figures, and how many of the given outcomes belong to a lead."""

    report: BacktestReport
    matched: int


def backtest(question: Question, table: Table, progress: Progress = silent) -> Backtest:
    """Return the figures over all leads.

    A hundred leads are read at a time, and only their figures are kept: memory does not grow with the leads. Raise
    LeakFound where a rule of `after` asks for a field that Salesforce wrote.
    """
    whole, matched = BacktestReport(is_same=question.before.scoring == question.after.scoring), 0
    for part in scan_batches(table, lambda leads: [_batch(leads, question, table)], progress):
        whole.merge(part.report)
        matched += part.matched
    return Backtest(whole, matched)


def _batch(leads: Sequence[str], question: Question, table: Table) -> Backtest:
    report, matched = BacktestReport(), 0
    for story in _stories(leads, table):
        written = written_by_sales(story.activities) & fields_asked(question.after.scoring)
        if written:
            raise LeakFound(leaks_of_fields(question.after.scoring, written))
        outcome = _outcome(story, question.outcomes)
        matched += outcome is not None
        if tried := trial(story, outcome, question.before, question.after, question.period):
            report.add(tried)
        elif outcome:
            report.too_late += 1
    return Backtest(report, matched)


def _outcome(story: Story, outcomes: Outcomes | None) -> LeadOutcome | None:
    if outcomes is None:
        return recorded_outcome(story.profile, story.activities)
    return outcomes.get(story.profile.email)


def _stories(leads: Sequence[str], table: Table) -> list[Story]:
    """Return the stories of leads. The history pages are read only of a lead some of whose activities have expired."""
    wanted = [key for lead in leads for key in (keys.profile(lead), keys.state(lead))]
    found: list[Row[Any] | None] = table.get_many(wanted)
    pairs = zip(found[::2], found[1::2], strict=True)
    return [_story(profile.value, state.value, table) for profile, state in pairs if profile and state]


def _story(profile: Profile, state: State, table: Table) -> Story:
    activities: list[Activity] = [row.value for row in table.under(profile.id, "activity#")]
    if sum(each.folded is not None for each in activities) >= state.activity_count:
        return story_of(profile, activities)
    pages = [row.value for row in table.under(profile.id, "history#")]
    history: list[HistoryEntry] = [entry for page in pages for entry in page.entries]
    return story_of(profile, activities, (*history, *state.history))
