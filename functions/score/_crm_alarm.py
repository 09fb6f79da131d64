"""The metric behind the alarm ScoreSyncErrors: leads do not reach Salesforce, and a person must act."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ripen.adapters.rows.crm_marks import failing_marks
from ripen.adapters.table import Table
from ripen.crm.crm_errors import needs_a_person
from ripen.marks import CrmMark
from score._crm_case import SyncOutcome

metrics = Metrics()


def measure_errors(outcomes: Sequence[SyncOutcome], table: Table, now: datetime) -> None:
    """Count once if a lead of these failed, and a person must act for it or for the leads that fail as it does."""
    marks = [each.result.change(each.case.mark.value) for each in outcomes]
    failing = [mark for mark in marks if mark.failing_since]
    if failing and needs_a_person(chain(failing, _others(failing, table, now)), now):
        metrics.add_metric(name="SalesforceErrors", unit=MetricUnit.Count, value=1)


def _others(failing: Sequence[CrmMark], table: Table, now: datetime) -> Iterator[CrmMark]:
    """Yield the other leads that fail, if one of these was refused: only refusals are counted over all leads."""
    if any(mark.refused for mark in failing):
        known = {mark.lead for mark in failing}
        yield from (row.value for row in failing_marks(table, now) if row.value.lead not in known)
