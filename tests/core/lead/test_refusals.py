"""Refusals of a newer copy of a contact, for one that was restored from a backup."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.contact import Contact, Permission, consented_purposes
from ripen.lead.refusals import with_later_refusals
from tests.support.fakes import NOON

LATER, LATEST = NOON + timedelta(days=1), NOON + timedelta(days=2)
YES = Permission(granted=True, at=NOON, record="yes")
NO = Permission(granted=False, at=LATER, record="no")
times = st.none() | st.sampled_from([NOON, LATER, LATEST])
permissions = st.builds(
    Permission, granted=st.booleans(), at=st.sampled_from([NOON, LATER, LATEST]), record=st.just("r")
)
contacts = st.builds(
    Contact,
    lead=st.just("lead1"),
    consent=st.dictionaries(st.sampled_from(["marketing", "events"]), permissions),
    unsubscribed=times,
    bounced=times,
    complained=times,
    replied=times,
    refused=st.lists(st.sampled_from(["welcome", "guide"]), unique=True).map(tuple),
    sent=st.dictionaries(st.sampled_from(["2026-11-20", "2026-11-21"]), st.integers(0, 3)),
)


def test_unsubscription_after_the_restore_point_counts() -> None:
    restored = Contact(lead="lead1", consent={"marketing": YES})
    newer = Contact(lead="lead1", consent={"marketing": NO}, unsubscribed=LATER)
    assert consented_purposes(restored) == {"marketing"}
    assert consented_purposes(with_later_refusals(restored, newer)) == frozenset()


def test_consent_after_the_restore_point_does_not_count() -> None:
    newer = Contact(lead="lead1", consent={"marketing": YES})
    assert with_later_refusals(Contact(lead="lead1"), newer) == Contact(lead="lead1")


def test_mails_of_the_day_count_for_the_frequency_cap() -> None:
    restored, newer = {"2026-11-20": 2, "2026-11-21": 1}, {"2026-11-21": 3, "2026-11-22": 1}
    found = with_later_refusals(Contact(lead="lead1", sent=restored), Contact(lead="lead1", sent=newer))
    assert found.sent == {"2026-11-20": 2, "2026-11-21": 3, "2026-11-22": 1}


@given(contacts, contacts)
def test_no_refusal_is_lost_and_repetition_changes_nothing(restored: Contact, newer: Contact) -> None:
    found = with_later_refusals(restored, newer)
    for refusal in ("unsubscribed", "bounced", "complained"):
        assert bool(getattr(found, refusal)) == bool(getattr(restored, refusal) or getattr(newer, refusal))
    assert {*found.refused} == {*restored.refused, *newer.refused}
    assert consented_purposes(found) <= consented_purposes(restored)
    assert with_later_refusals(found, newer) == found
