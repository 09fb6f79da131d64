"""The circuit breaker: when it opens, for how long, and which mail probes."""

from datetime import timedelta

from ripen.mail.limits.breaker import Breaker, after_refusal, blocked_until, is_open, with_probe
from tests.support.fakes import NOON

TEN, SECOND = timedelta(minutes=10), timedelta(seconds=1)


def test_no_mail_goes_until_the_pause_of_a_refused_account_ends() -> None:
    opened_breaker = after_refusal(Breaker(), "paused", TEN, NOON)
    assert blocked_until(opened_breaker, NOON) == blocked_until(opened_breaker, NOON + TEN - SECOND) == NOON + TEN
    assert blocked_until(opened_breaker, NOON + TEN) is None


def test_second_mail_probes_only_if_the_first_probe_gets_no_answer() -> None:
    due = NOON + TEN
    probed = with_probe(after_refusal(Breaker(), "paused", TEN, NOON), due)
    assert blocked_until(probed, due + SECOND) == due + 11 * SECOND
    assert blocked_until(probed, due + 60 * SECOND) is None


def test_each_refusal_in_a_row_waits_twice_as_long_up_to_an_hour() -> None:
    opened_breaker, pauses = Breaker(), []
    for _ in range(5):
        opened_breaker = after_refusal(opened_breaker, "paused", TEN, NOON)
        pauses.append(opened_breaker.until and (opened_breaker.until - NOON) // timedelta(minutes=1))
    assert pauses == [10, 20, 40, 60, 60]
    assert (opened_breaker.opened, opened_breaker.probed) == (NOON, None)


def test_fifth_throttle_in_a_row_opens_the_breaker() -> None:
    opened_breaker = Breaker()
    for number in range(5):
        assert not is_open(opened_breaker)
        opened_breaker = after_refusal(opened_breaker, "slower", None, NOON + number * timedelta(seconds=59))
    assert is_open(opened_breaker)
    calm = Breaker()
    for number in range(9):
        calm = after_refusal(calm, "slower", None, NOON + number * timedelta(seconds=60))
    assert not is_open(calm)


def test_throttle_keeps_an_open_breaker_open() -> None:
    opened_breaker = after_refusal(Breaker(), "paused", TEN, NOON)
    again = after_refusal(opened_breaker, "slower", None, NOON + TEN)
    assert blocked_until(again, NOON + TEN) == NOON + TEN + 20 * SECOND
