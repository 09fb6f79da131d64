"""The cards of leads that are handed off for another reason than their rank."""

from copy import replace

from ripen.slack.card import lead_card
from tests.core.slack.test_card import an_alert, block, shown, some_facts


def test_the_card_of_a_journeys_hand_off_says_why() -> None:
    message = shown(an_alert(kind="hand-off", text="<!channel> 見積もりの依頼"))

    assert "🤝 営業への引き渡し" in block(message, "news")
    assert '{"type": "plain_text", "text": "<!channel> 見積もりの依頼", "emoji": false}' in block(message, "why")
    assert [button["action_id"] for button in message["blocks"][-1]["elements"]] == ["accept", "not_fit"]


def test_the_card_of_a_disqualified_lead_says_so_below_its_first_line() -> None:
    facts = replace(some_facts(), disqualified="対象外: 学生")
    message = lead_card(an_alert(kind="contact request", text="相談"), facts, "ja", "Asia/Tokyo")

    assert [each["block_id"] for each in message["blocks"]][:2] == ["news", "disqualified"]
    assert "⛔ 対象外: 学生" in block(message, "disqualified")
