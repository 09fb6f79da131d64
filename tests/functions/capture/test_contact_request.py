"""A form that asks for contact becomes one alert, at the door or by score.react; a quarantined one becomes none."""

from copy import replace
from json import dumps

import pytest

from capture.form import Dependencies, serve
from notify._card import render_card
from ripen.adapters.playbook import Live
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import keys
from ripen.ids import alert_id
from ripen.lead.address import address_hash
from ripen.slack.alert import CONTACT_REQUEST, Alert
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react, woken
from tests.support.form_posts import EMAIL, activities, lead_of
from tests.support.gateway_events import KEY, SITE, a_post

FORM = replace(a_bundle().forms["whitepaper"], title={"ja": "相談を申し込む"}, hand_off=True)
ASKING = replace(a_bundle(), forms={"whitepaper": FORM})


@pytest.fixture
def queues() -> Queues:
    return Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())


@pytest.fixture
def asking(dependencies: Dependencies) -> Dependencies:
    return replace(dependencies, live=Live(ASKING, SITE))


def alerts(dependencies: Dependencies) -> list[Alert]:
    return [row.value for row in dependencies.table.under(lead_of(dependencies.table, EMAIL), "alert#")]


def test_request_wakes_the_alert_from_the_door(asking: Dependencies, queues: Queues) -> None:
    for _ in range(2):  # the second post is a repetition
        serve(a_post(email=EMAIL, job_title="部長", nonce="n1"), replace(asking, queues=queues))
    [alert] = alerts(asking)
    [form] = activities(asking.table)
    assert alert.id == alert_id(form.lead, CONTACT_REQUEST, f"{NOON.date()}/0")
    assert woken(queues.alert) == [keys.alert(form.lead, alert.id).ref]


def test_request_that_score_react_folds_is_the_same_alert(
    asking: Dependencies, queues: Queues, queue: FakeQueue, clock: FakeClock
) -> None:
    serve(a_post(email=EMAIL), asking)
    refs = [str(ref) for ref in queue.woken]
    for _ in range(2):
        react(refs, asking.table, ASKING, clock, queues)
    [alert] = alerts(asking)
    [form] = activities(asking.table)
    assert alert.id == alert_id(form.lead, CONTACT_REQUEST, f"{NOON.date()}/0")


def test_quarantined_request_alerts_nobody(asking: Dependencies, queues: Queues) -> None:
    assert serve(a_post(email=EMAIL, website="filled in"), replace(asking, queues=queues))["statusCode"] == 202
    assert woken(queues.alert) == []
    assert asking.table.get(keys.address(address_hash(KEY, EMAIL))) is None


def test_card_says_that_the_person_asks_to_be_contacted(asking: Dependencies, queues: Queues) -> None:
    serve(a_post(email=EMAIL), replace(asking, queues=queues))
    [alert] = alerts(asking)
    card = render_card(alert, asking.table, ASKING, NOON)
    assert card is not None
    assert card["text"].startswith("🙋 連絡を希望しています（相談を申し込む）")
    shown = dumps(card["blocks"], ensure_ascii=False)
    assert "連絡を希望しています" in shown
    assert "担当する" in shown


@pytest.mark.parametrize("at_once", [True, False], ids=["door", "score.react"])
def test_fourth_request_of_a_day_is_counted_on_the_third_card(
    at_once: bool, asking: Dependencies, queues: Queues, queue: FakeQueue, clock: FakeClock
) -> None:
    for number in (0, 1, 2, 3, 4, 4):  # the last post is a repetition
        serve(a_post(email=EMAIL, nonce=f"n{number}"), replace(asking, queues=queues) if at_once else asking)
        for _ in range(2 if queue.woken else 0):
            react([str(ref) for ref in queue.woken], asking.table, ASKING, clock, queues)
    *others, last = sorted(alerts(asking), key=lambda alert: alert.left_out)
    assert [alert.left_out for alert in (*others, last)] == [0, 0, 2]
    card = render_card(last, asking.table, ASKING, NOON)
    assert card is not None
    assert "このほかに 2 件" in dumps(card["blocks"], ensure_ascii=False)
