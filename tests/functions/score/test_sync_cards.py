"""score.sync wakes the cards of a lead whose record begins to wait for another thing."""

import pytest

from ripen.adapters.table import keys
from ripen.errors import Undeliverable
from tests.support.crm_sync import Office, an_alert


def test_card_is_updated_when_its_record_begins_to_wait_for_another_thing(office: Office) -> None:
    office.admit(an_alert(), last_name="")
    woken = []
    for changes in ({"fit": 10}, {"fit": 20}):
        office.sync()
        woken.append(len(office.queue.woken))
        office.change(**changes)

    assert woken == [1, 1]
    assert office.mark().value.waits_for == "last_name"


def test_card_tells_of_an_outage_that_lasts(office: Office) -> None:
    office.admit(an_alert())
    office.crm.fails = [Undeliverable("HTTP 503", permanent=False)] * 5
    woken = []
    for _ in range(5):
        office.sync()
        woken.append(len(office.queue.woken))
        office.clock.move(minutes=30)

    assert woken == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("outcome", ["accepted", "accepting", "not a fit"])
def test_answered_card_loses_its_wait_when_the_record_is_saved(office: Office, outcome: str) -> None:
    office.admit(an_alert(outcome=outcome))

    office.sync()

    assert office.queue.woken == [keys.alert("lead1", "alert1").ref]
