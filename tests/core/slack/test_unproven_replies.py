"""The cap on cards of unproven replies: three for a lead and day, and the number of the others."""

from datetime import timedelta
from json import dumps

import pytest

from ripen.slack.alert import UNPROVEN_REPLY, Alert
from ripen.slack.card import note_card
from ripen.slack.unproven_replies import card_ids, with_one_left_out
from sandbox.slack.blocks import refused
from tests.support.builders import a_lead
from tests.support.fakes import NOON


def test_a_lead_has_three_ids_a_day_that_no_other_lead_has() -> None:
    today = card_ids("lead1", NOON)
    assert len(set(today)) == 3
    assert today == card_ids("lead1", NOON + timedelta(hours=1))
    assert not set(today) & {*card_ids("lead2", NOON), *card_ids("lead1", NOON + timedelta(days=1))}


@pytest.mark.parametrize(("locale", "said"), [("ja", "このほかに 2 通"), ("en", "not shown: 2")])
def test_card_says_how_many_replies_were_left_out(locale: str, said: str) -> None:
    last = Alert(id="a" * 26, lead="lead1", kind=UNPROVEN_REPLY, planned=NOON, text="質問")
    counted = note_card(with_one_left_out(with_one_left_out(last)), a_lead(), locale)

    assert refused(counted["blocks"]) == []
    assert said in dumps(counted["blocks"], ensure_ascii=False)
    assert "left_out" not in dumps(note_card(last, a_lead(), locale))
