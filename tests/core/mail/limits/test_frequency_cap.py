"""The frequency cap counts by the lead's days, and keeps the last place for mail of higher priority."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ripen.lead.contact import Contact
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.mail.limits.frequency_cap import next_place, outranking_mail, places_left, with_mail_counted
from ripen.playbook.bundle import Policy
from tests.support.fakes import NOON

TOKYO = ZoneInfo("Asia/Tokyo")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NEWS = Send(
    id="s1", lead="lead1", email="case-study", mail_class=MailClass.MARKETING, origin="j", step="s", planned=NOON
)


def a_contact(sent: dict[str, int]) -> Contact:
    return Contact(lead="lead1", sent=sent)


def test_marketing_mail_counts_once_and_old_days_are_dropped() -> None:
    before = a_contact({"2026-11-12": 5, "2026-11-14": 1, "2026-11-20": 1})
    assert with_mail_counted(before, NEWS, NOON, ZoneInfo("UTC")).sent == {
        "2026-11-14": 1,
        "2026-11-20": 1,
        "2026-11-21": 1,
    }
    asked_for = replace(NEWS, mail_class=MailClass.TRANSACTIONAL)
    for uncounted in (asked_for, replace(NEWS, attempt=1)):
        assert with_mail_counted(before, uncounted, NOON, ZoneInfo("UTC")) == before


def test_day_is_counted_in_the_leads_zone() -> None:
    midnight_in_tokyo = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
    days = [
        list(with_mail_counted(a_contact({}), NEWS, at, zone).sent)
        for at, zone in (
            (midnight_in_tokyo - timedelta(seconds=1), TOKYO),
            (midnight_in_tokyo, TOKYO),
            (midnight_in_tokyo, LOS_ANGELES),
        )
    ]
    assert days == [["2026-11-21"], ["2026-11-22"], ["2026-11-21"]]


@pytest.mark.parametrize(
    ("policy", "sent", "left"),
    [
        (Policy(), {"2026-11-21": 9}, None),
        (Policy(per_day=2), {}, 2),
        (Policy(per_day=2), {"2026-11-21": 1, "2026-11-20": 5}, 1),
        (Policy(per_day=2), {"2026-11-21": 2}, 0),
        (Policy(per_day=2), {"2026-11-21": 3}, 0),
        (Policy(per_week=3), {"2026-11-15": 1, "2026-11-21": 1}, 1),
        (Policy(per_week=3), {"2026-11-14": 3}, 3),
        (Policy(per_day=1, per_week=3), {"2026-11-20": 1}, 1),
        (Policy(per_day=9, per_week=3), {"2026-11-20": 3}, 0),
        (Policy(per_day=0), {}, 0),
    ],
)
def test_places_left_are_limited_by_day_and_week(policy: Policy, sent: dict[str, int], left: int | None) -> None:
    assert places_left(a_contact(sent), policy, NOON, TOKYO) == left


@pytest.mark.parametrize(
    ("policy", "sent", "kept", "day"),
    [
        (Policy(per_day=1), {"2026-11-21": 1}, 0, 22),
        (Policy(per_day=1, per_week=2), {"2026-11-20": 1, "2026-11-21": 1}, 0, 27),
        (Policy(per_week=1), {"2026-11-21": 1}, 0, 28),
        (Policy(per_week=1), {}, 1, 28),
        (Policy(per_week=2), {}, 1, 22),
        (Policy(per_week=1), {"2026-11-22": 1}, 0, 29),  # counted while the lead's time zone was another
        (Policy(), {}, 0, 22),
        (Policy(per_week=0), {}, 0, None),
        (Policy(per_day=0, per_week=1), {}, 0, None),
    ],
)
def test_next_place_is_the_start_of_a_day_in_the_leads_zone(
    policy: Policy, sent: dict[str, int], kept: int, day: int | None
) -> None:
    found = next_place(a_contact(sent), policy, NOON, TOKYO, kept)
    assert found == (day and datetime(2026, 11, day, tzinfo=TOKYO))


TONIGHT = datetime(2026, 11, 21, 23, 59, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("changes", "due", "goes"),
    [
        ({}, NOON, True),
        ({}, TONIGHT, True),
        ({}, TONIGHT + timedelta(minutes=1), False),
        ({"priority": "normal"}, NOON, False),
        ({"priority": "low"}, NOON, False),
        ({"mail_class": MailClass.TRANSACTIONAL}, NOON, False),
        ({"state": SendState.ACCEPTED}, NOON, False),
        ({"attempt": 1}, NOON, False),
        ({"valid_until": NOON - timedelta(seconds=1)}, NOON, False),
    ],
)
def test_mail_of_higher_priority_due_on_the_same_day_goes_first(
    changes: dict[str, Any], due: datetime, goes: bool
) -> None:
    other = replace(NEWS, **({"id": "s2", "email": "webinar", "priority": "high"} | changes))
    assert outranking_mail(NEWS, [(other, due)], NOON, TOKYO) == ("webinar" if goes else "")
