"""Schedules are said in words; a rule that has none is shown as it is written."""

import pytest

from ripen.operations.playbook_words.schedules import schedule_words

MONDAY = "2026-12-07T10:00"


@pytest.mark.parametrize(
    ("rule", "english", "japanese"),
    [
        ("FREQ=DAILY", "every day at 10:00", "毎日 10:00"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days at 10:00", "3 日ごと 10:00"),
        ("FREQ=WEEKLY", "every Monday at 10:00", "毎週月曜 10:00"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday at 10:00", "毎週月曜・水曜・金曜 10:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks on Tuesday at 10:00", "2 週間ごと、火曜 10:00"),
        ("FREQ=MONTHLY", "every month on day 7 at 10:00", "毎月 7 日 10:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day at 10:00", "毎月末日 10:00"),
        ("FREQ=MONTHLY;BYDAY=1MO", "every month on the first Monday at 10:00", "毎月第 1 月曜 10:00"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday at 10:00", "毎月最後の金曜 10:00"),
        ("FREQ=YEARLY", "every year on December 7 at 10:00", "毎年 12 月 7 日 10:00"),
        ("FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO"),
        ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3"),
        ("FREQ=YEARLY;BYMONTH=3", "FREQ=YEARLY;BYMONTH=3", "FREQ=YEARLY;BYMONTH=3"),
    ],
)
def test_a_schedule_is_said_in_words(rule: str, english: str, japanese: str) -> None:
    assert schedule_words(rule, MONDAY) == (english, japanese)
