from datetime import timedelta
from typing import Any

import pytest

from ripen.lead.activity import ConsentProof, Kind
from ripen.playbook.retention import Retention, activity_expires, evidence_since, mail_expires
from tests.support.builders import an_activity
from tests.support.fakes import NOON

KEEP = Retention(activities={Kind.PAGE_VIEWED: 30, Kind.FORM_SUBMITTED: 60}, mails=730)


def test_period_begins_when_the_activity_was_folded() -> None:
    late = an_activity(kind=Kind.PAGE_VIEWED, at=NOON - timedelta(days=400), folded=NOON)
    assert activity_expires(late, KEEP) == NOON + timedelta(days=30)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": Kind.PAGE_VIEWED, "folded": None},
        {"kind": Kind.LINK_CLICKED, "folded": NOON},
        {
            "kind": Kind.FORM_SUBMITTED,
            "folded": NOON,
            "consent": ConsentProof(purpose="marketing", version="1", locale="ja", bundle="b"),
        },
    ],
    ids=["not folded", "no period", "proof of a consent"],
)
def test_activity_that_must_stay_never_expires(changes: dict[str, object]) -> None:
    assert activity_expires(an_activity(**changes), KEEP) is None


def test_mail_expires_from_when_it_was_planned() -> None:
    assert mail_expires(NOON, KEEP) == NOON + timedelta(days=730)
    assert mail_expires(NOON, Retention()) is None


@pytest.mark.parametrize(
    ("keep", "days"),
    [
        ({"activities": {Kind.PAGE_VIEWED: 100, Kind.LINK_CLICKED: 730}, "mails": 1095}, 93),
        ({"activities": {Kind.FORM_SUBMITTED: 60}}, 53),
        ({"activities": {Kind.REPLIED: 30}, "mails": 730}, 723),
        ({"activities": {Kind.REPLIED: 30}}, None),
    ],
    ids=["the shortest period", "forms", "mails", "replies are no evidence"],
)
def test_evidence_is_complete_until_the_first_of_it_expires(keep: dict[str, Any], days: int | None) -> None:
    since = evidence_since(Retention(**keep), NOON)
    assert since == (None if days is None else NOON - timedelta(days=days))
