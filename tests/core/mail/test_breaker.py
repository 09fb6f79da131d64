"""When nothing is handed to SES, for how long, and who tries first."""

from datetime import timedelta

from ripen.mail.breaker import Breaker, after_refusal, blocked_until, is_open, with_probe
from tests.support.fakes import NOON

TEN, SECOND = timedelta(minutes=10), timedelta(seconds=1)


def test_where_the_account_is_refused_nobody_goes_until_it_may_be_tried_again() -> None:
    opened_breaker = after_refusal(Breaker(), "paused", TEN, NOON)
    assert blocked_until(opened_breaker, NOON) == blocked_until(opened_breaker, NOON + TEN - SECOND) == NOON + TEN
    assert blocked_until(opened_breaker, NOON + TEN) is None


def test_one_mail_tries_for_all_and_another_one_only_if_nothing_was_heard_of_it() -> None:
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


def test_slower_opens_it_the_fifth_time_within_a_minute_each() -> None:
    opened_breaker = Breaker()
    for number in range(5):
        assert not is_open(opened_breaker)
        opened_breaker = after_refusal(opened_breaker, "slower", None, NOON + number * timedelta(seconds=59))
    assert is_open(opened_breaker)
    calm = Breaker()
    for number in range(9):
        calm = after_refusal(calm, "slower", None, NOON + number * timedelta(seconds=60))
    assert not is_open(calm)


def test_slower_while_it_is_open_keeps_it_open() -> None:
    opened_breaker = after_refusal(Breaker(), "paused", TEN, NOON)
    again = after_refusal(opened_breaker, "slower", None, NOON + TEN)
    assert blocked_until(again, NOON + TEN) == NOON + TEN + 20 * SECOND
