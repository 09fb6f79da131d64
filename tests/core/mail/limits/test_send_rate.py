"""The send rate: how many mails go in a minute, and when each of them goes."""

from datetime import timedelta

import pytest

from ripen.mail.limits.send_rate import MailRelease, Quota, continues, free_slots, suitable
from tests.support.fakes import NOON

SECOND = timedelta(seconds=1)


def a_quota(per_second: float = 10, per_day: float = -1, sent: float = 0) -> Quota:
    return Quota(per_second=per_second, per_day=per_day, sent=sent)


def test_minute_has_slots_at_nine_tenths_of_the_rate() -> None:
    found = free_slots(a_quota(), None, 0, NOON)
    assert (found.count, found.at(0), found.at(9)) == (540, NOON, NOON + SECOND)


def test_reserved_slots_are_not_given_twice() -> None:
    assert free_slots(a_quota(), NOON + 20 * SECOND, 0, NOON).count == 360
    assert free_slots(a_quota(), NOON + 20 * SECOND, 0, NOON).at(0) == NOON + 20 * SECOND
    assert free_slots(a_quota(), NOON + 60 * SECOND, 0, NOON).count == 0
    assert free_slots(a_quota(), NOON - timedelta(hours=1), 0, NOON).count == 540


def test_transactional_mail_goes_first_and_may_take_all_slots() -> None:
    assert free_slots(a_quota(), None, 90, NOON).count == 450
    assert free_slots(a_quota(), None, 90, NOON).at(0) == NOON + 10 * SECOND
    assert free_slots(a_quota(), None, 9000, NOON).count == 0


@pytest.mark.parametrize(("sent", "count"), [(0, 540), (900, 50), (950, 0), (1200, 0)])
def test_a_twentieth_of_the_days_quota_is_reserved(sent: float, count: int) -> None:
    assert free_slots(a_quota(per_day=1000, sent=sent), None, 0, NOON).count == count


def test_transactional_mail_uses_the_days_quota_too() -> None:
    assert free_slots(a_quota(per_day=1000, sent=900), None, 20, NOON).count == 30


def test_account_without_a_rate_gets_no_slots() -> None:
    assert free_slots(a_quota(per_second=0), None, 0, NOON).count == 0


@pytest.mark.parametrize(("seconds", "goes_on"), [(-1, False), (0, True), (299, True), (300, False)])
def test_a_full_look_is_due_every_five_minutes_and_when_the_clock_was_set_back(seconds: int, goes_on: bool) -> None:
    begun = MailRelease(until=NOON, looked=NOON)
    assert continues(begun, NOON + seconds * SECOND) is goes_on


@pytest.mark.parametrize(("per_second", "rate"), [(1, 14), (15, 14), (16, 50), (222, 200), (223, 500), (9000, 500)])
def test_workers_suffice_for_nine_tenths_of_the_rate(per_second: float, rate: int) -> None:
    assert suitable(per_second) == rate
