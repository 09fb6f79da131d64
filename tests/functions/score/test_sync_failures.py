"""Failures of score.sync are visible and retried, and nothing is created twice."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from ripen.adapters.table import Mark, Replace, keys
from ripen.crm.upsert import CrmState, DesiredRecord
from ripen.errors import NotConnected, Undeliverable
from score.sync import sync
from tests.support.crm_sync import FakeCrm, Office, a_customer
from tests.support.fakes import NOON


def test_claim_of_a_dead_worker_ends_with_its_lease(office: Office) -> None:
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
    early = office.mark()
    office.clock.move(minutes=5)
    office.sync()

    assert early.value.written is None
    assert early.due == NOON + timedelta(minutes=5)
    assert office.mark().value.written
    assert len(office.crm.tasks) == 1


@pytest.mark.parametrize("fails", [["read"], [None, "write"]])
def test_unavailable_salesforce_delays_all_leads(office: Office, fails: list[str | None]) -> None:
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


def test_leads_without_a_connection_are_retried_every_hour(office: Office) -> None:
    office.admit()
    office.crm.fails = [NotConnected("Salesforce is not connected")]

    office.sync()

    assert office.mark().value.waits_for == "Salesforce is not connected"
    assert office.mark().due == NOON + timedelta(hours=1)


def test_reason_that_cannot_be_rendered_delays_its_lead_only(office: Office) -> None:
    scoring = office.bundle.scoring
    broken = replace(scoring.fit[0], words={"ja": "{{ lead.company | truncate: lead.job_title }}"})
    office.bundle = replace(office.bundle, scoring=replace(scoring, fit=(broken,)))
    office.admit()
    office.admit(id="lead2", email="lead2@example.co.jp")
    office.change(fit_reasons=("title",))

    failed = office.sync("lead1", "lead2")

    assert failed == set()
    assert office.decisions("lead2") == [("created", "")]
    assert office.mark().due == office.clock.now() + timedelta(hours=1)
    assert office.mark().value.error.startswith("Liquid stopped")


def test_refused_lead_does_not_stop_the_others(office: Office) -> None:
    office.admit()
    office.admit(id="lead2", email="lead2@example.co.jp")
    office.crm.refuses["lead1"] = Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: no", permanent=True)

    office.sync("lead1", "lead2")

    assert office.mark().due == NOON + timedelta(hours=1, minutes=5)
    assert office.mark().value.error == "FIELD_CUSTOM_VALIDATION_EXCEPTION: no"
    assert office.decisions() == [("refused", "FIELD_CUSTOM_VALIDATION_EXCEPTION: no")]
    assert office.decisions("lead2") == [("created", "")]


def test_refused_lead_is_written_without_a_change_when_salesforce_takes_it(office: Office) -> None:
    office.admit()
    office.crm.refuses["lead1"] = Undeliverable("STORAGE_LIMIT_EXCEEDED: storage limit exceeded", permanent=True)
    office.sync()
    office.clock.move(minutes=65)
    office.sync()
    still_refused = office.mark()
    office.crm.refuses.clear()
    office.clock.move(minutes=65)

    office.sync()

    assert still_refused.due == NOON + timedelta(hours=2, minutes=10)
    assert still_refused.value.failing_since == NOON
    assert (office.mark().due, office.mark().value.failing_since, office.mark().value.error) == (None, None, "")
    assert office.decisions() == [("refused", "STORAGE_LIMIT_EXCEEDED: storage limit exceeded"), ("created", "")]


def test_refused_lead_is_retried_when_the_lead_changes(office: Office) -> None:
    office.admit()
    office.crm.refuses["lead1"] = Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: no", permanent=True)
    office.sync()
    office.crm.refuses.clear()

    office.change(fit=10)
    office.sync()

    assert len(office.crm.records) == 1


def test_locked_record_is_retried(office: Office) -> None:
    office.admit()
    office.crm.refuses["lead1"] = Undeliverable("UNABLE_TO_LOCK_ROW: x", permanent=False)

    office.sync()

    assert office.mark().due == NOON + timedelta(seconds=30)
    assert office.decisions() == []


def test_mark_set_during_the_call_stays_due(office: Office) -> None:
    office.admit()
    later = NOON + timedelta(minutes=15)
    office.crm.meanwhile = lambda: office.table.write(Mark(keys.crm_mark("lead1"), later))

    office.sync()

    assert office.mark().due == later
    assert office.profile().crm


def test_mark_that_becomes_urgent_during_the_call_stays_urgent(office: Office) -> None:
    office.admit()

    def turn_hot() -> None:
        row = office.mark()
        office.table.write(Replace(row.key, replace(row.value, urgent=True), row.version, due=NOON))

    office.crm.meanwhile = turn_hot

    office.sync()

    assert (office.mark().due, office.mark().value.urgent) == (NOON, True)


def test_profile_changed_during_the_call_gets_the_link(office: Office) -> None:
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


def test_call_is_repeated_after_a_crash_without_harm(office: Office) -> None:
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


def test_second_wake_up_makes_no_call(office: Office) -> None:
    office.admit()
    office.sync("lead1", "lead1")

    office.sync()

    assert office.crm.calls == 2


def test_wake_up_for_a_missing_lead_makes_no_call(office: Office) -> None:
    assert office.sync("nobody") == set()
    assert office.crm.calls == 0


def test_message_that_names_no_mark_fails_alone(office: Office) -> None:
    office.admit()
    strange = keys.state("lead1").ref

    left = sync([strange, "nonsense", keys.crm_mark("lead1").ref], office.dependencies, lambda: True, lambda: True)

    assert left == {strange, "nonsense"}
    assert len(office.crm.records) == 1


def test_two_workers_at_once_create_one_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    rival = FakeCrm(records=office.crm.records, tasks=office.crm.tasks)
    office.crm.meanwhile = lambda: sync(
        [keys.crm_mark("lead1").ref], replace(office.dependencies, crm=rival), lambda: True, lambda: True
    )

    office.sync()

    assert len(office.crm.tasks) == 1
    assert rival.calls == 0


def test_worker_that_read_before_the_claim_creates_no_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()

    @dataclass
    class Overtaken(FakeCrm):
        def find(self, leads: Sequence[DesiredRecord]) -> CrmState:
            found = super().find(leads)
            office.sync()
            return found

    slow = Overtaken(records=office.crm.records)

    sync([keys.crm_mark("lead1").ref], replace(office.dependencies, crm=slow), lambda: True, lambda: True)

    assert (len(office.crm.tasks), slow.tasks) == (1, [])


def test_leads_without_time_left_go_back_to_the_queue(office: Office) -> None:
    # given
    for n in range(3):
        office.admit(id=f"lead{n}", email=f"lead{n}@example.co.jp")
    time_left = iter([True, False, False])
    # when
    left = office.sync("lead0", "lead1", "lead2", has_time=lambda: next(time_left))
    # then
    assert left == {keys.crm_mark("lead1").ref, keys.crm_mark("lead2").ref}
    assert [office.mark(f"lead{n}").due is None for n in range(3)] == [True, False, False]


def test_lead_that_newer_code_wrote_does_not_stop_the_others(office: Office, dynamodb: Any) -> None:
    office.admit(id="lead1")
    office.admit(id="lead2", email="ken@example.co.jp")
    dynamodb.update_item(
        TableName="table",
        Key={"pk": {"S": "lead#lead1"}, "sk": {"S": "profile"}},
        UpdateExpression="SET body = :newer",
        ExpressionAttributeValues={":newer": {"S": '{"id":"lead1","nickname":"hana"}'}},
    )
    assert office.sync("lead1", "lead2") == set()
    assert [record.key for record in office.crm.records.values()] == ["lead2"]
    assert office.mark("lead1").due == NOON
