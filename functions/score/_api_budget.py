"""The limits of the CRM, as this container knows them: the calls of the day, and the leads that one call can write."""

from dataclasses import dataclass, field
from datetime import datetime

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ripen.crm.api_usage import ApiUsage
from ripen.crm.batch_size import BatchSize
from ripen.crm.crm_mark import FEW_CALLS_WAIT

metrics = Metrics()


@dataclass
class Budget:
    """The latest reading of the API calls, and the size of batches.

    The reading is trusted for as long as writes are postponed because of it (15 minutes).
    """

    usage: ApiUsage | None = None
    at: datetime | None = None
    batch: BatchSize = field(default_factory=BatchSize)

    def note(self, usage: ApiUsage | None, now: datetime) -> None:
        """Note the reading that came with the answer to a call."""
        self.usage, self.at = usage, now
        if usage:
            metrics.add_metric(name="SalesforceCallsUsed", unit=MetricUnit.Percent, value=100 * usage.share)

    def is_tight(self, now: datetime) -> bool:
        """Return whether writes that can wait must wait."""
        return bool(self.usage and self.usage.is_tight and self.at and now < self.at + FEW_CALLS_WAIT)
