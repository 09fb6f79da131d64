"""The card's buttons and its line of state: open, being carried out, answered."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.lead.lead import CrmLink
from ripen.slack.alert import AlertOutcome, Asked
from ripen.slack.card import lead_card, parse_button
from tests.core.slack.test_card import CRM, ID, an_alert, block, shown, some_facts
from tests.support.fakes import NOON


def test_an_open_alert_has_both_buttons() -> None:
    act = block(shown(), "act")

    assert (act.count(f'"lead1|{ID}"'), '"accept"' in act, '"not_fit"' in act) == (2, True, True)
    assert '"open_crm"' not in act
    assert block(shown(), "state") == ""


def test_open_alert_says_what_its_record_waits_for() -> None:
    facts = replace(some_facts(), record_wait="<b> is missing")

    assert "&lt;b&gt; is missing" in block(lead_card(an_alert(), facts, "en", "Asia/Tokyo"), "state")


def test_the_link_to_salesforce_appears_when_it_is_known() -> None:
    message = shown(crm=CRM)

    assert CRM.url in block(message, "act")
    assert "登録中" not in block(message, "state")


@pytest.mark.parametrize("url", ["http://acme.example/", "javascript:alert(1)", ""])
def test_only_an_https_link_becomes_a_button(url: str) -> None:
    crm = CrmLink(object="Lead", id="00Q1", url=url)

    assert "open_crm" not in block(shown(crm=crm), "act")


def test_an_accepted_card_can_be_released() -> None:
    accepted = shown(an_alert(outcome=AlertOutcome.ACCEPTED, by="U0ALICE", acted=NOON))

    assert [button["action_id"] for button in accepted["blocks"][-1]["elements"]] == ["release"]
    assert parse_button(accepted["blocks"][-1]["elements"][0]["value"]) == ("lead1", ID)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (AlertOutcome.ACCEPTING, "⏳ 担当の手続き中: <@U0ALICE>　12:00"),
        (AlertOutcome.RELEASING, "⏳ 担当を外す手続き中: <@U0ALICE>　12:00"),
    ],
)
def test_a_press_that_is_being_carried_out_is_shown_without_buttons(outcome: AlertOutcome, said: str) -> None:
    message = shown(an_alert(outcome=outcome, by="U0ALICE", acted=NOON))

    assert said in block(message, "state")
    assert block(message, "act") == ""


def test_a_card_whose_owner_was_asked_says_so_and_stays_open() -> None:
    asked = Asked(by="U0ALICE", by_name="alice", owner="005B", owner_name="Bob <T>", at=NOON)
    message = shown(an_alert(asked=asked))

    assert "💬 Bob &lt;T&gt; さんに相談を依頼: <@U0ALICE>　12:00" in block(message, "state")
    assert '"accept"' in block(message, "act")


def test_an_accepted_card_shows_who_and_when_instead_of_buttons() -> None:
    accepted = an_alert(outcome="accepted", by="U0ALICE", by_name="alice", acted=NOON + timedelta(minutes=4))
    owned = CrmLink(object="Lead", id="00Q1", url=CRM.url, owner_name="Alice <Sato>")

    message = shown(accepted, crm=owned)

    assert "✅ 担当者: <@U0ALICE>　12:04" in block(message, "state")
    assert "担当者: Alice &lt;Sato&gt;" in block(message, "state")
    assert '"accept"' not in block(message, "act")
    assert "open_crm" in block(message, "act")


def test_a_rejected_card_shows_who_and_when() -> None:
    rejected = an_alert(outcome="not a fit", by="U0BOB", acted=NOON)

    assert "🚫 見送り: <@U0BOB>　12:00" in block(shown(rejected), "state")
    assert block(shown(rejected), "act") == ""


def test_a_malformed_user_id_is_shown_as_a_name() -> None:
    accepted = an_alert(outcome="accepted", by="!channel", by_name="<!channel>", acted=NOON)

    assert "@&lt;!channel&gt;" in block(shown(accepted), "state")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (replace(CRM, owner="005RIPEN"), "Salesforce の担当者: 未割り当て"),
        (replace(CRM, owner="005A", owner_name="佐藤 次郎"), "Salesforce の担当者: 佐藤 次郎"),
        (CRM, ""),
    ],
)
def test_the_card_says_who_owns_the_record(link: CrmLink, said: str) -> None:
    assert said in block(shown(crm=link), "state")
    assert bool(said) == bool(block(shown(crm=link), "state"))
