"""The cap on cards that anybody can cause: three for a lead and day, and the number of the others."""

from json import dumps

import pytest

from ripen.slack.alert import CONTACT_REQUEST, UNPROVEN_REPLY, Alert
from ripen.slack.card import note_card
from ripen.slack.card_cap import card_ids, with_one_left_out
from sandbox.slack.blocks import refused
from tests.support.builders import a_lead
from tests.support.fakes import NOON


def test_each_lead_day_and_kind_has_three_ids_of_its_own() -> None:
    cases = [
        ("lead1", UNPROVEN_REPLY, "2026-11-21"),
        ("lead2", UNPROVEN_REPLY, "2026-11-21"),
        ("lead1", UNPROVEN_REPLY, "2026-11-22"),
        ("lead1", CONTACT_REQUEST, "2026-11-21"),
    ]
    assert len({id for case in cases for id in card_ids(*case)}) == 3 * len(cases)


@pytest.mark.parametrize(("locale", "said"), [("ja", "このほかに 2 通"), ("en", "not shown: 2")])
def test_card_says_how_many_replies_were_left_out(locale: str, said: str) -> None:
    last = Alert(id="a" * 26, lead="lead1", kind=UNPROVEN_REPLY, planned=NOON, text="質問")
    counted = note_card(with_one_left_out(with_one_left_out(last)), a_lead(), locale)

    assert refused(counted["blocks"]) == []
    assert said in dumps(counted["blocks"], ensure_ascii=False)
    assert "left_out" not in dumps(note_card(last, a_lead(), locale))
