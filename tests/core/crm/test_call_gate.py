"""One gate stands in front of all calls to the CRM: closed in an outage, and to some work when calls run short."""

from datetime import timedelta

import pytest

from ripen.crm import call_gate
from ripen.crm.api_usage import ApiUsage
from ripen.crm.call_gate import CrmGate
from ripen.errors import NotConnected, Undeliverable
from tests.support.fakes import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NO_ANSWER = Undeliverable("no answer from Salesforce: ReadTimeout", permanent=False)
USED_UP = Undeliverable("REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", permanent=False, after=900)
TIGHT, ROOMY = ApiUsage(80, 100), ApiUsage(79, 100)


def after(*failures: Undeliverable, apart: timedelta = SECOND) -> CrmGate:
    """Return the gate after these failures, the last at NOON."""
    gate, last = CrmGate(), len(failures) - 1
    for number, failure in enumerate(failures):
        gate = call_gate.failed(gate, failure, None, NOON - (last - number) * apart)
    return gate


def is_closed(gate: CrmGate, wait: timedelta = timedelta(), can_wait: bool = False) -> bool:
    return call_gate.refusal(gate, can_wait, NOON + wait) is not None


@pytest.mark.parametrize(
    ("gate", "closed"),
    [
        (after(*[NO_ANSWER] * 4), False),
        (after(*[NO_ANSWER] * 5), True),
        (after(*[NO_ANSWER] * 5, apart=MINUTE), False),
        (after(*[Undeliverable("HTTP 503", permanent=False)] * 5), True),
        (after(*[Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: no", permanent=True)] * 9), False),
        (after(*[NotConnected("Salesforce refuses the login")] * 9), False),
        (after(USED_UP), True),
    ],
)
def test_calls_stop_in_an_outage_and_when_the_day_is_used_up(gate: CrmGate, closed: bool) -> None:
    assert is_closed(gate) is closed


def test_the_pause_grows_to_five_minutes_and_a_used_up_day_is_asked_every_15() -> None:
    gate = after(*[NO_ANSWER] * 30)
    assert (is_closed(gate, 5 * MINUTE - SECOND), is_closed(gate, 5 * MINUTE)) == (True, False)
    gate = after(*[USED_UP] * 3)
    assert (is_closed(gate, 15 * MINUTE - SECOND), is_closed(gate, 15 * MINUTE)) == (True, False)


def test_after_the_pause_one_call_probes_and_its_answer_opens_the_gate_for_all() -> None:
    later = NOON + 15 * MINUTE
    probed = call_gate.probing(after(USED_UP), later)

    assert call_gate.refusal(probed, False, later)
    assert call_gate.refusal(probed, False, later + MINUTE) is None  # the probing worker has died
    assert call_gate.refusal(call_gate.answered(probed, None, later), False, later) is None


def test_a_refusal_of_values_is_an_answer() -> None:
    refused = Undeliverable("INVALID_FIELD: x", permanent=False, after=3600)
    assert not is_closed(call_gate.failed(after(USED_UP), refused, None, NOON))


def test_what_is_refused_waits_as_long_as_the_gate_and_names_the_outage() -> None:
    refused = call_gate.refusal(after(USED_UP), False, NOON)
    assert refused
    assert (refused.reason, refused.permanent, refused.after) == (USED_UP.reason, False, 901)


@pytest.mark.parametrize(
    ("usage", "can_wait", "closed"), [(TIGHT, True, True), (ROOMY, True, False), (TIGHT, False, False)]
)
def test_work_that_can_wait_leaves_the_last_calls_to_others(usage: ApiUsage, can_wait: bool, closed: bool) -> None:
    gate = call_gate.answered(CrmGate(), usage, NOON)

    assert is_closed(gate, can_wait=can_wait) is closed
    assert not is_closed(gate, 15 * MINUTE, can_wait)  # one call reads the usage again


@pytest.mark.parametrize(
    ("usage", "wait", "noted"),
    [(ROOMY, SECOND, False), (ROOMY, MINUTE, True), (TIGHT, SECOND, True), (None, MINUTE, False)],
)
def test_a_reading_is_noted_once_a_minute_or_if_it_is_news(
    usage: ApiUsage | None, wait: timedelta, noted: bool
) -> None:
    gate = call_gate.answered(CrmGate(), ApiUsage(1, 100), NOON)

    assert (call_gate.answered(gate, usage, NOON + wait) != gate) is noted
