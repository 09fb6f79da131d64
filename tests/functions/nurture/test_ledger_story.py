"""The send ledger under any order of faults: tests/support/ledger_machine.py has the rules and what must hold."""

from hypothesis import HealthCheck, settings

from tests.support.ledger_machine import Sending

TestSending = Sending.TestCase
TestSending.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
