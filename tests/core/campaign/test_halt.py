"""A campaign's halt: the rates that halt it, and its card in Slack."""

import pytest

from ripen.campaign.halt import Halt, exceeded_limit
from ripen.slack.halt_card import halt_card
from ripen.words import Words
from sandbox.slack.blocks import refused
from tests.core.campaign.test_campaign_run import AUTUMN


@pytest.mark.parametrize(
    ("counts", "halts"),
    [
        ({"accepted": 50, "bounced": 3}, True),
        ({"accepted": 49, "bounced": 3}, False),
        ({"accepted": 50, "bounced": 2}, False),
        ({"accepted": 60, "bounced": 3}, False),
        ({"accepted": 59, "bounced": 3}, True),
        ({"accepted": 149, "unsubscribed": 3}, True),
        ({"accepted": 150, "unsubscribed": 3}, False),
        ({"accepted": 200, "complained": 2}, True),
        ({"accepted": 199, "complained": 2}, False),
        ({"accepted": 200, "complained": 1}, False),
        ({}, False),
    ],
)
def test_a_meaningful_rate_over_its_limit_halts(counts: dict[str, int], halts: bool) -> None:
    assert bool(exceeded_limit(AUTUMN, counts)) == halts


def test_two_cases_among_few_canaries_are_enough() -> None:
    assert exceeded_limit(AUTUMN, {"accepted": 5, "bounced": 2}, canaries_are_out=True)
    assert not exceeded_limit(AUTUMN, {"accepted": 5, "bounced": 1}, canaries_are_out=True)


def test_the_halt_names_the_rate() -> None:
    found = exceeded_limit(AUTUMN, {"accepted": 50, "bounced": 3, "complained": 0})
    assert found == Halt(campaign="autumn", what="bounced", count=3, taken=50, limit=0.05)
    assert found.reason == "3 of 50 mails bounced: more than 5.0%"


JAPANESE = {
    "bounced": "送信した50通のうち3通が届かずに戻りました（6.0%、上限 5.0%）。",
    "complained": "送信した50通のうち3通が迷惑メールとして報告されました（6.0%、上限 5.0%）。",
    "unsubscribed": "送信した50通のうち3通から配信が停止されました（6.0%、上限 5.0%）。",
}
ENGLISH = {
    "bounced": "3 of 50 mails bounced (6.0%; the limit is 5.0%).",
    "complained": "3 of 50 mails were reported as spam (6.0%; the limit is 5.0%).",
    "unsubscribed": "3 of 50 mails led to an unsubscription (6.0%; the limit is 5.0%).",
}
TITLE = Words("The autumn letter", "秋の便り")


@pytest.mark.parametrize("what", JAPANESE)
@pytest.mark.parametrize(("locale", "said"), [("ja", JAPANESE), ("en", ENGLISH), ("fr", ENGLISH)])
def test_the_card_says_why_it_halted_and_how_to_go_on(what: str, locale: str, said: dict[str, str]) -> None:
    # when
    card = halt_card(Halt(campaign="autumn", what=what, count=3, taken=50, limit=0.05, by="mika"), TITLE, locale)
    # then
    head, why, next_, by = card["blocks"]
    assert TITLE.in_language(locale) in head["text"]["text"]
    assert why["text"]["text"] == said[what]
    assert "`ripen campaign resume autumn`" in next_["text"]["text"]
    assert "`ripen campaign stop autumn`" in next_["text"]["text"]
    assert "mika" in by["elements"][0]["text"]
    assert card["text"].endswith(said[what])
    assert refused(card["blocks"]) == []
