"""The wait before each retry, in seconds: the formula, and the waits of its callers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ripen.backoff import backoff, retry_after
from ripen.crm import crm_mark
from ripen.crm.incoming.polling import poll_wait
from ripen.errors import Undeliverable
from ripen.journey import crm_request, webhook_call
from ripen.journey.crm_request import CrmRequest
from ripen.journey.webhook_call import WebhookCall
from ripen.mail import ledger
from ripen.mail.ledger import SendState
from ripen.mail.limits import breaker
from ripen.mail.limits.breaker import Breaker
from ripen.marks import CrmMark
from tests.support.fakes import NOON
from tests.support.planned_mails import a_send

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 19, 86_400),
        ("9" * 5000, None),
        ("-1", None),
        ("１", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_read_up_to_a_day(header: str, seconds: int | None) -> None:
    assert retry_after(header) == seconds


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(-1, 30), (0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (8, 3600), (10**9, 3600)]
)
def test_wait_doubles_with_each_attempt_up_to_the_longest(attempts: int, seconds: int) -> None:
    assert backoff(attempts, first=30 * SECOND, longest=HOUR) == seconds * SECOND


@pytest.mark.parametrize("asked", [0, 1, 29, 31, 7200])
def test_wait_that_the_other_side_asks_for_holds(asked: int) -> None:
    assert backoff(3, first=30 * SECOND, longest=HOUR, asked=asked) == asked * SECOND


@given(some.integers(0, 10**6), some.integers(1, 24 * 3600), some.integers(1, 24 * 3600))
def test_wait_lies_between_zero_and_the_longest_and_never_shrinks(attempts: int, first: int, longest: int) -> None:
    waits = [backoff(attempts + n, first=first * SECOND, longest=longest * SECOND) for n in range(2)]
    assert timedelta() < waits[0] <= waits[1] <= longest * SECOND


def _after(asked: int | None) -> Undeliverable:
    return Undeliverable("busy", permanent=False, after=asked)


def _mail(attempts: int, asked: int | None) -> timedelta:
    claimed = a_send(state=SendState.CLAIMED, attempt=attempts)
    refused = ledger.refuse(claimed, "busy", permanent=False, after=asked, now=NOON)
    assert refused.due
    return refused.due - (NOON if asked is not None else ledger.with_jitter(claimed, NOON))


def _account(trips: int, asked: int | None) -> timedelta:
    opened = breaker.after_refusal(Breaker(trips=trips), "busy", (asked or 0) * SECOND, NOON)
    assert opened.until
    return opened.until - NOON


def _webhook(attempts: int, asked: int | None) -> timedelta:
    id = "c"  # its part of the wait, 0 to 4 seconds by the id, is 0
    call = WebhookCall(id=id, lead="l", journey="j", entry="e", step="s", url="u", planned=NOON, attempts=attempts)
    due = webhook_call.after_failure(call, _after(asked), NOON).due
    assert due
    return due - NOON


def _crm_request(attempts: int, asked: int | None) -> timedelta:
    request = CrmRequest(id="r", lead="l", journey="j", planned=NOON, attempts=attempts)
    due = crm_request.retry_at(request, _after(asked), NOON)
    assert due
    return due - NOON


def _crm_mark(attempts: int, asked: int | None) -> timedelta:
    due = crm_mark.delayed(CrmMark(lead="l", attempts=attempts), _after(asked), NOON).due
    assert due
    return due - NOON


def _poll(attempts: int, asked: int | None) -> timedelta:
    return poll_wait(attempts, _after(asked))


WAITS: list[tuple[Callable[[int, int | None], timedelta], list[tuple[int, int | None, int]]]] = [
    (_mail, [(1, None, 10), (2, None, 20), (6, None, 320), (7, None, 600), (99, None, 600), (9, 0, 0), (1, 7, 7)]),
    (_account, [(0, 10, 10), (1, 10, 20), (8, 10, 2560), (9, 10, 3600), (99, 600, 3600), (2, 600, 2400)]),
    (_webhook, [(1, None, 10), (2, None, 20), (11, None, 10240), (12, None, 14400), (99, None, 14400)]),
    (_webhook, [(3, 0, 10), (3, 9, 10), (3, 11, 11), (1, 14400, 14400), (1, 14401, 14400)]),
    (_crm_request, [(0, None, 30), (1, None, 30), (2, None, 60), (7, None, 1920), (8, None, 3600), (99, None, 3600)]),
    (_crm_request, [(5, 0, 0), (5, 7, 7), (0, 7200, 7200)]),
    (_crm_mark, [(0, None, 30), (1, None, 60), (6, None, 1920), (7, None, 3600), (99, None, 3600)]),
    (_crm_mark, [(5, 0, 0), (5, 7, 7), (0, 7200, 7200)]),
    (_poll, [(0, None, 300), (1, None, 600), (3, None, 2400), (4, None, 3600), (99, None, 3600), (3, 0, 0), (0, 7, 7)]),
]


@pytest.mark.parametrize(
    ("wait", "attempts", "asked", "seconds"), [(wait, *case) for wait, cases in WAITS for case in cases]
)
def test_retry_waits_the_given_seconds(
    wait: Callable[[int, int | None], timedelta], attempts: int, asked: int | None, seconds: int
) -> None:
    assert wait(attempts, asked) == seconds * SECOND
