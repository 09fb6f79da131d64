"""The console's view of one lead says what is due and who looks after the lead."""

from copy import replace
from typing import Any

import pytest

from ripen.lead.activity import Kind
from sandbox.console.lead_views import LeadViews
from tests.sandbox.console.test_shadow import STATUS, Published
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

WHITEPAPER = a_bundle().journeys["whitepaper"]
BUNDLE = replace(a_bundle(), journeys={"whitepaper": replace(WHITEPAPER, title={"ja": "資料のあと", "en": "After"})})


@pytest.fixture
def views() -> LeadViews:
    class Stack:
        playbook = Published()

    stack: Any = Stack()
    return LeadViews(stack, STATUS, "ja")


def due(views: LeadViews, kind: str, subject: str) -> str:
    return str(views._due({"due": NOON.isoformat(), "kind": kind, "subject": subject}, BUNDLE)["what"])


@pytest.mark.parametrize(
    ("kind", "subject", "said"),
    [
        ("enrollment", "whitepaper · wait-3-days", ("wait-3-days", "whitepaper ·")),
        ("enrollment", "whitepaper", ("whitepaper",)),
        ("send", "case-study", ("case-study",)),
    ],
)
def test_what_is_due_is_called_by_its_title_and_not_its_id(
    views: LeadViews, kind: str, subject: str, said: tuple[str, ...]
) -> None:
    found = views._due({"due": NOON.isoformat(), "kind": kind, "subject": subject}, BUNDLE)
    assert found["subject"]
    assert not [id for id in said if id in found["subject"]]


def test_only_clicks_wait_for_a_verdict(views: LeadViews) -> None:
    assert due(views, "activity", Kind.LINK_CLICKED) == "クリックの判定"
    assert due(views, "activity", Kind.FORM_SUBMITTED) == "行動の反映"


@pytest.mark.parametrize(
    ("outcome", "subject"), [("owner set", ""), ("owner not set", ""), ("owner asked", ""), ("created", "リード")]
)
def test_decision_about_the_owner_has_no_subject(views: LeadViews, outcome: str, subject: str) -> None:
    about = "alert1" if "owner" in outcome else "Lead"
    row = {"at": NOON.isoformat(), "what": "crm", "subject": about, "outcome": outcome, "reason": ""}

    assert views._decision(row, {"alert1": "hot"}, a_bundle())["subject"] == subject
