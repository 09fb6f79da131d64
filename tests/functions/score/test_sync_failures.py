"""Whatever fails between us and the CRM is visible, passes or is made good, and makes nothing twice."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import timedelta

import pytest

from ripen.adapters.table import Mark, Replace, keys
from ripen.crm.upsert import CrmState, DesiredRecord
from ripen.errors import NotConnected, Undeliverable
from score.sync import sync
from tests.support.crm_sync import FakeCrm, Office, a_customer
from tests.support.fakes import NOON


def test_a_worker_that_died_after_its_claim_is_replaced(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    office.crm.fails = [None]

    def die() -> None:
        raise KeyboardInterrupt

    office.crm.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        office.sync()
    office.crm.meanwhile = lambda: None

    office.sync()
    soon = office.mark()
    office.clock.move(minutes=5)
    office.sync()

    assert soon.value.written is None
    assert soon.due == NOON + timedelta(minutes=5)
    assert office.mark().value.written
    assert len(office.crm.tasks) == 1


@pytest.mark.parametrize("fails", [["read"], [None, "write"]])
def test_a_salesforce_that_is_down_delays_all_and_loses_none(office: Office, fails: list[str | None]) -> None:
    office.admit()
    office.crm.fails = [Undeliverable("HTTP 503", permanent=False) if fail else None for fail in fails]

    left = office.sync()
    delayed = office.mark()
    office.clock.move(seconds=30)
    office.sync()

    assert left == set()
    assert (delayed.value.error, delayed.value.attempts) == ("HTTP 503", 1)
    assert delayed.due == NOON + timedelta(seconds=30)
    assert len(office.crm.records) == 1
    assert (office.mark().value.error, office.mark().value.attempts, office.mark().due) == ("", 0, None)


def test_without_a_connection_the_leads_wait_and_are_tried_every_hour(office: Office) -> None:
    office.admit()
    office.crm.fails = [NotConnected("Salesforce is not connected")]

    office.sync()

    assert office.mark().value.waits_for == "Salesforce is not connected"
    assert office.mark().due == NOON + timedelta(hours=1)


def test_one_refused_lead_does_not_stop_its_neighbours(office: Office) -> None:
    office.admit()
    office.admit(id="lead2", email="lead2@example.co.jp")
    office.crm.refuses["lead1"] = Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: no", permanent=True)

    office.sync("lead1", "lead2")

    assert office.mark().due is None
    assert office.mark().value.error == "FIELD_CUSTOM_VALIDATION_EXCEPTION: no"
    assert office.decisions() == [("refused", "FIELD_CUSTOM_VALIDATION_EXCEPTION: no")]
    assert office.decisions("lead2") == [("created", "")]


def test_what_was_refused_for_good_is_not_tried_again_until_the_lead_changes(office: Office) -> None:
    office.admit()
    office.crm.refuses["lead1"] = Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: no", permanent=True)
    office.sync()
    office.crm.refuses.clear()

    office.sync()
    asked = office.crm.calls
    office.change(fit=10)
    office.sync()

    assert asked == 2
    assert len(office.crm.records) == 1


def test_a_locked_record_is_tried_again(office: Office) -> None:
    office.admit()
    office.crm.refuses["lead1"] = Undeliverable("UNABLE_TO_LOCK_ROW: x", permanent=False)

    office.sync()

    assert office.mark().due == NOON + timedelta(seconds=30)
    assert office.decisions() == []


def test_a_mark_set_anew_meanwhile_stays_due(office: Office) -> None:
    office.admit()
    later = NOON + timedelta(minutes=15)
    office.crm.meanwhile = lambda: office.table.write(Mark(keys.crm_mark("lead1"), later))

    office.sync()

    assert office.mark().due == later
    assert office.profile().crm


def test_a_profile_changed_meanwhile_keeps_the_change_and_gets_the_link(office: Office) -> None:
    office.admit()

    def capture() -> None:
        row = office.table.get(keys.profile("lead1"))
        assert row
        office.table.write(Replace(row.key, replace(row.value, department="営業部"), row.version))

    office.crm.meanwhile = capture

    office.sync()

    assert office.profile().department == "営業部"
    assert office.profile().crm
    assert office.mark().due is None


def test_a_death_after_the_write_is_repeated_without_harm(office: Office) -> None:
    office.admit()

    def die() -> None:
        raise KeyboardInterrupt

    office.crm.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        office.sync()
    office.crm.meanwhile = lambda: None

    office.sync()

    assert len(office.crm.records) == 1
    assert office.profile().crm


def test_a_second_wake_up_does_nothing(office: Office) -> None:
    office.admit()
    office.sync("lead1", "lead1")

    office.sync()

    assert office.crm.calls == 2


def test_a_wake_up_for_no_lead_or_no_mark_does_nothing(office: Office) -> None:
    assert office.sync("nobody") == set()
    assert office.crm.calls == 0


def test_a_message_that_is_no_crm_mark_is_handed_back_and_the_others_go(office: Office) -> None:
    office.admit()
    strange = keys.state("lead1").ref

    left = sync([strange, "nonsense", keys.crm_mark("lead1").ref], office.dependencies)

    assert left == {strange, "nonsense"}
    assert len(office.crm.records) == 1


def test_two_workers_at_once_make_one_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    rival = FakeCrm(records=office.crm.records, tasks=office.crm.tasks)
    office.crm.meanwhile = lambda: sync([keys.crm_mark("lead1").ref], replace(office.dependencies, crm=rival))

    office.sync()

    assert len(office.crm.tasks) == 1
    assert rival.calls == 0


def test_a_worker_that_read_before_the_claim_leaves_the_task_to_the_other(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()

    @dataclass
    class Overtaken(FakeCrm):
        def find(self, leads: Sequence[DesiredRecord]) -> CrmState:
            found = super().find(leads)
            office.sync()
            return found

    slow = Overtaken(records=office.crm.records)

    sync([keys.crm_mark("lead1").ref], replace(office.dependencies, crm=slow))

    assert (len(office.crm.tasks), slow.tasks) == (1, [])
