"""The send ledger's stories: see sending.py for what is told, and what must hold whatever happens."""

from hypothesis import HealthCheck, settings

from tests.support.ledger_machine import Sending

TestSending = Sending.TestCase
TestSending.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
