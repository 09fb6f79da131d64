"""A campaign that halts by itself sends one alert to Slack for each halt."""

from typing import Any

import pytest

from ripen.adapters.table import Row, Table, keys
from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import RunState
from ripen.campaign.halt import Halt
from ripen.mail.incoming.feedback import Event
from ripen.slack.alert import Alert
from tests.support.campaign_machinery import Machinery, a_playbook, known, leads_of, with_rates
from tests.support.planned_mails import an_event, record_events
from tests.support.quick_dynamodb import QuickDynamoDB

STRICT = with_rates(halt_bounces=0.04)


@pytest.fixture
def machinery() -> Machinery:
    client: Any = QuickDynamoDB()
    found = Machinery(Table("table", client), bundle=a_playbook(STRICT))
    for lead in leads_of(0, 110):
        known(found.table, lead)
    found.begin(0, campaign=STRICT)
    return found


def bounced(machinery: Machinery, *leads: str) -> None:
    for lead, send in machinery.sends(list(leads)).items():
        event = an_event(send, Event.BOUNCED, message_id=send.message_id, recipient=f"{lead}@example.co.jp")
        record_events(machinery.table, machinery.clock, event)


def alerts(machinery: Machinery) -> list[Row[Alert]]:
    refs = machinery.due("alert")
    found = [machinery.table.get(keys.typed(keys.parse(ref), Alert)) for ref in refs]
    return [row for row in found if row]


def test_slack_gets_one_alert_with_the_campaign_and_the_reason(machinery: Machinery) -> None:
    # given
    machinery.deliver(50)
    bounced(machinery, *machinery.taken()[:3])
    # when, however often it is looked at
    for _ in range(2):
        machinery.review()
    # then
    [row] = alerts(machinery)
    assert machinery.run().state is RunState.HALTED
    assert (row.value.kind, row.value.lead) == ("halt", "")
    assert row.value.halt == Halt(campaign="autumn", what="bounced", count=3, taken=50, limit=0.04, by="hanako")


def test_halt_after_a_resume_alerts_again(machinery: Machinery) -> None:
    machinery.deliver(50)
    bounced(machinery, *machinery.taken()[:3])
    machinery.review()
    machinery.change(campaign_run.resume(machinery.run(), STRICT, "bundle1", "mika", machinery.clock.now()))
    machinery.review()
    assert machinery.run().state is RunState.RUNNING
    machinery.walk(0)
    machinery.deliver(50)
    bounced(machinery, *machinery.taken()[-3:])
    machinery.review()
    assert machinery.run().state is RunState.HALTED
    assert len(alerts(machinery)) == 2


def test_pause_sends_no_alert(machinery: Machinery) -> None:
    machinery.change(campaign_run.pause(machinery.run(), "hanako", machinery.clock.now()))
    machinery.review()
    assert alerts(machinery) == []
