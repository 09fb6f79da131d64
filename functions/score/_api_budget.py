"""What this container knows of the CRM's calls of the day."""

from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_mark import FEW_CALLS_WAIT

metrics = Metrics()


@dataclass
class Budget:
    """Believed as long as what is put off by it waits; then one call finds out how things are."""

    usage: ApiUsage | None = None
    at: datetime | None = None

    def note(self, usage: ApiUsage | None, now: datetime) -> None:
        """As a call's answer has just said."""
        self.usage, self.at = usage, now
        if usage:
            metrics.add_metric(name="SalesforceCallsUsed", unit=MetricUnit.Percent, value=100 * usage.share)

    def is_tight(self, now: datetime) -> bool:
        return bool(self.usage and self.usage.is_tight and self.at and now < self.at + FEW_CALLS_WAIT)
