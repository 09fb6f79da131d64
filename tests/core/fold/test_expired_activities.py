"""A refold after activities have expired gives the state and the verdicts that it gave before."""

from copy import replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from ripen.fold.fold import fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import history_entry
from ripen.lead.state import State
from ripen.playbook.retention import Retention, activity_expires, mail_expires
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE = a_bundle(keep=Retention(activities={Kind.LINK_CLICKED: 60, Kind.PAGE_VIEWED: 30}, mails=90))
JUNIOR = a_lead(job_title="")
SENT = NOON - timedelta(hours=1)

WHAT = st.sampled_from(["click", "bare click", "followed click", "form"])
DONE = st.tuples(WHAT, st.sampled_from([0, 1, 4, 25, 400]), st.integers(0, 3))
"""What happened, how many seconds after what was before, and on which link of the mail."""
DELETED = st.lists(st.booleans(), min_size=60, max_size=60)
"""DynamoDB deletes expired rows in any order, within two days."""


def lived(story: list[tuple[str, int, int]]) -> list[Activity]:
    """Return what the lead did after a mail, and the views of the pages that followed clicks opened."""
    at, done = NOON, []
    for n, (what, pause, link) in enumerate(story):
        at += timedelta(seconds=pause)
        facts = {"send": "send1", "link": str(link), "of": "5", "agent": "browser"}
        facts |= {"request": "bare"} if what != "click" else {}
        kind = Kind.FORM_SUBMITTED if what == "form" else Kind.LINK_CLICKED
        done.append(an_activity(id=f"a{n}", kind=kind, at=at, received=at, facts=facts if what != "form" else {}))
        if what == "followed click":
            view = {"kind": Kind.PAGE_VIEWED, "subject": "pricing", "facts": {"click": f"a{n}"}}
            done.append(an_activity(id=f"v{n}", at=at, received=at, **view))
    return done


def remaining(activities: list[Activity], deleted: list[bool], now: datetime) -> list[Activity]:
    """Return the activities that are left: those that expire later, and some that are not deleted yet."""
    return [
        activity
        for activity, is_deleted in zip(activities, deleted, strict=False)
        if not is_deleted or (expires := activity_expires(activity, BUNDLE.keep)) is None or expires > now
    ]


@given(st.lists(DONE, min_size=1, max_size=12), DELETED, st.integers(2, 100), st.booleans())
@example([("followed click", 0, 1)], [True] * 60, 31, True)
@example([("click", 0, 0), ("click", 0, 1), ("click", 0, 2)], [True, False] * 30, 61, False)
@example([("bare click", 0, 1)], [False] * 60, 91, False)
def test_refold_after_activities_have_expired_changes_nothing(
    story: list[tuple[str, int, int]], deleted: list[bool], days: int, is_fast: bool
) -> None:
    # given a lead whose activities were judged with all evidence
    delivered = {"send1": NOON - timedelta(seconds=5 if is_fast else 3600)}
    activities = lived(story)
    folded_at = activities[-1].received + timedelta(hours=1)
    first = fold(LeadHistory(profile=JUNIOR, deliveries=delivered), activities, BUNDLE, folded_at)
    judged = refold(
        LeadHistory(profile=JUNIOR, state=first.state, deliveries=delivered), first.activities, BUNDLE, folded_at
    )
    known = {a.id: a for a in (*first.activities, *judged.activities)}
    # when it is judged again with what is left of them
    now = folded_at + timedelta(days=days)
    left = remaining(list(known.values()), deleted, now)
    expires = mail_expires(SENT, BUNDLE.keep)
    is_mail_left = expires is not None and now < expires
    before = LeadHistory(profile=JUNIOR, state=judged.state, deliveries=delivered if is_mail_left else {})
    got = refold(before, left, BUNDLE, now)
    # then no verdict changes, and the state is that of a replay with all activities
    assert got.activities == ()
    whole = LeadHistory(profile=JUNIOR, state=judged.state, deliveries=delivered)
    assert got.state == refold(whole, known.values(), BUNDLE, now).state


def test_visit_is_final_with_the_click_that_began_it() -> None:
    # given a click that was a machine's by evidence that has expired, and a later visit through it
    click, visit = (replace(a, folded=NOON, verdict=Verdict.MACHINE) for a in lived([("followed click", 0, 1)]))
    later = NOON + timedelta(days=20)
    visit = replace(visit, at=later, received=later, folded=later)
    state = State(lead="lead1", history=(history_entry(click), history_entry(visit)))
    got = refold(LeadHistory(profile=JUNIOR, state=state), [click, visit], BUNDLE, NOON + timedelta(days=31))
    assert got.activities == ()
