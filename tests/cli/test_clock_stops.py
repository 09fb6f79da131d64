"""ripen clock goes from due time to due time, and does together what may be done together."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.local.stops import Entry, Lateness, Stop, next_stop, parts, without_standing_polls
from ripen.adapters.table import Due, keys
from ripen.agenda import Lane, Ref, lease_end, part
from ripen.crm.incoming.opt_out import OBJECTS

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
END = NOON + timedelta(minutes=3)
STORY, ALERT, CRM, SEND = "enrollment#j#1", "alert#a", "due#crm", "send#s"


def entry(sk: str, seconds: float, lane: Lane = Lane.HOT, shard: int = 0) -> Entry:
    """Return a row of a lead that is due so many seconds after noon."""
    return Entry(Due(Ref(f"lead#1|{sk}"), NOON + timedelta(seconds=seconds)), part(lane, shard))


def poll(seconds: float) -> Entry:
    return Entry(Due(Ref("poll#members|-"), NOON + timedelta(seconds=seconds)), part(Lane.BULK, 0))


def after(*entries: Entry, ticked: float | None = None, with_polls: bool = True, stops: int = 0) -> float | None:
    """Return the seconds after noon of the next stop."""
    last = None if ticked is None else NOON + timedelta(seconds=ticked)
    stop = next_stop(entries, last, END, Lateness.after(stops, DAY), with_polls=with_polls)
    return stop and (stop.at - NOON).total_seconds()


@pytest.mark.parametrize(
    ("due", "ticked", "expected"),
    [(0, None, 0), (90, 0, 90), (0, 0, 60), (0, 150, 180), (0, 180, None), (181, 0, None)],
    ids=[
        "what is due",
        "what is due next",
        "no place found",
        "no place found, little time",
        "had its turn",
        "too late",
    ],
)
def test_time_stops_where_something_falls_due(due: float, ticked: float | None, expected: float | None) -> None:
    assert after(entry(STORY, due), ticked=ticked) == expected


def test_nothing_due_is_no_stop() -> None:
    assert after() is None


def test_what_a_tick_took_longer_to_do_than_time_was_to_pass_is_released_all_the_same() -> None:
    """Ticked at noon, and mails were planned while three minutes and more went by."""
    assert after(entry(SEND, 1, Lane.MAIL), ticked=0) == 1
    assert after(entry(SEND, 1, Lane.MAIL), ticked=240) is None


@pytest.mark.parametrize(
    ("sk", "lane", "late"),
    [
        (STORY, Lane.HOT, 1),
        (SEND, Lane.HOT, 1),
        ("state", Lane.BULK, 1),
        (SEND, Lane.MAIL, 60),
        (SEND, Lane.MAIL_LOW, 60),
    ]
    + [(outside, Lane.HOT, 60) for outside in (ALERT, CRM, "action#a", "request#r", "call#c")],
)
def test_rows_are_done_together_as_far_as_each_may_be_late(sk: str, lane: Lane, late: float) -> None:
    first = entry(sk, 0, lane)
    assert after(first, entry(CRM, late), entry(CRM, late + 0.001)) == late
    assert after(first, entry(CRM, late + 0.001)) == 0


def test_story_is_not_delayed_by_what_may_wait() -> None:
    assert after(entry(ALERT, 0), entry(STORY, 20), entry(STORY, 22)) == 20


def test_row_whose_worker_failed_may_wait() -> None:
    failed = Entry(Due(Ref("lead#1|" + STORY), lease_end(NOON, timedelta(seconds=1))), part(Lane.HOT, 0))
    assert after(failed, entry(CRM, 50)) == 50


@pytest.mark.parametrize(("stops", "expected"), [(299, 60), (300, 170), (3000, 170)])
def test_retries_wait_longer_after_hundreds_of_stops(stops: int, expected: float) -> None:
    retries = [entry(ALERT, seconds) for seconds in (0, 60, 170)]
    assert after(*retries, stops=stops) == expected


@pytest.mark.parametrize(("stops", "expected"), [(2999, 0), (3000, 170)])
def test_story_waits_only_after_thousands_of_stops(stops: int, expected: float) -> None:
    assert after(entry(STORY, 0), entry(STORY, 170), stops=stops) == expected


def test_a_look_at_salesforce_is_a_stop_only_after_something_else_has_happened() -> None:
    agenda = [poll(0), entry(STORY, 120), entry(STORY, 181)]
    assert next_stop(agenda, None, END, Lateness()) == Stop(NOON, is_poll=True)
    assert next_stop(agenda, None, END, Lateness(), with_polls=False) == Stop(
        NOON + timedelta(minutes=2), is_poll=False
    )
    assert after(poll(0), with_polls=False) is None


def test_opt_outs_are_no_stop_after_the_first_poll() -> None:
    opt_outs = [Entry(Due(keys.opt_outs(object).ref, NOON), part(Lane.BULK, 0)) for object in OBJECTS]

    assert without_standing_polls([*opt_outs, poll(0), entry(STORY, 1)]) == [poll(0), entry(STORY, 1)]


def test_only_parts_in_which_something_is_due_are_looked_into() -> None:
    agenda = [
        entry(STORY, 0, shard=3),
        entry(SEND, -60, Lane.MAIL),
        entry(CRM, -1, Lane.MAIL),
        entry(STORY, 1, shard=4),
    ]
    assert parts(agenda, NOON) == ["hot#3", "mail#0"]
