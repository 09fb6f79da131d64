"""score.sync raises the alarm about leads that do not reach Salesforce."""

import pytest

from ripen.errors import Undeliverable
from score import _crm_alarm
from tests.support.crm_sync import Office

REFUSED = Undeliverable("STORAGE_LIMIT_EXCEEDED: storage limit exceeded", permanent=True)
UNAVAILABLE = Undeliverable("HTTP 503", permanent=False)


def admit(office: Office, *leads: str) -> None:
    for lead in leads:
        office.admit(id=lead, email=f"{lead}@example.co.jp")
        office.crm.refuses[lead] = REFUSED


def alarms(office: Office, *leads: str) -> bool:
    _crm_alarm.metrics.clear_metrics()
    office.sync(*leads)
    return "SalesforceErrors" in _crm_alarm.metrics.metric_set


def test_the_third_lead_that_is_refused_with_one_code_raises_the_alarm(office: Office) -> None:
    admit(office, "lead1", "lead2", "lead3")

    assert [alarms(office, lead) for lead in ("lead1", "lead2", "lead3")] == [False, False, True]


def test_a_lead_that_is_written_counts_no_more(office: Office) -> None:
    admit(office, "lead1", "lead2", "lead3")
    office.sync("lead1", "lead2")
    office.crm.refuses.pop("lead1")
    office.sync("lead1")

    assert not alarms(office, "lead3")


@pytest.mark.parametrize(("minutes", "raises"), [(59, False), (60, True)])
def test_an_outage_raises_the_alarm_after_an_hour(office: Office, minutes: int, raises: bool) -> None:
    for lead in ("lead1", "lead2", "lead3"):
        office.admit(id=lead, email=f"{lead}@example.co.jp")
    office.crm.fails = [UNAVAILABLE] * 2

    at_once = alarms(office, "lead1", "lead2", "lead3")
    office.clock.move(minutes=minutes)

    assert (at_once, alarms(office, "lead1", "lead2", "lead3")) == (False, raises)
