"""When nothing is handed to SES, for how long, and who tries first."""

from datetime import timedelta

from ripen.mail.breaker import Breaker, is_open, refused, tries, waits
from tests.support.fakes import NOON

TEN, SECOND = timedelta(minutes=10), timedelta(seconds=1)


def test_where_the_account_is_refused_nobody_goes_until_it_may_be_tried_again() -> None:
    fuse = refused(Breaker(), "paused", TEN, NOON)
    assert waits(fuse, NOON) == waits(fuse, NOON + TEN - SECOND) == NOON + TEN
    assert waits(fuse, NOON + TEN) is None


def test_one_mail_tries_for_all_and_another_one_only_if_nothing_was_heard_of_it() -> None:
    due = NOON + TEN
    trying = tries(refused(Breaker(), "paused", TEN, NOON), due)
    assert waits(trying, due + SECOND) == due + 11 * SECOND
    assert waits(trying, due + 60 * SECOND) is None


def test_each_refusal_in_a_row_waits_twice_as_long_up_to_an_hour() -> None:
    fuse, pauses = Breaker(), []
    for _ in range(5):
        fuse = refused(fuse, "paused", TEN, NOON)
        pauses.append(fuse.until and (fuse.until - NOON) // timedelta(minutes=1))
    assert pauses == [10, 20, 40, 60, 60]
    assert (fuse.opened, fuse.trying) == (NOON, None)


def test_slower_opens_it_the_fifth_time_within_a_minute_each() -> None:
    fuse = Breaker()
    for number in range(5):
        assert not is_open(fuse)
        fuse = refused(fuse, "slower", None, NOON + number * timedelta(seconds=59))
    assert is_open(fuse)
    calm = Breaker()
    for number in range(9):
        calm = refused(calm, "slower", None, NOON + number * timedelta(seconds=60))
    assert not is_open(calm)


def test_slower_while_it_is_open_keeps_it_open() -> None:
    fuse = refused(Breaker(), "paused", TEN, NOON)
    again = refused(fuse, "slower", None, NOON + TEN)
    assert waits(again, NOON + TEN) == NOON + TEN + 20 * SECOND
