"""score.sync writes leads in two calls: created or found once, and updated when they change."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from ripen.adapters.table import Mark, Replace, keys
from ripen.crm.upsert import DELETED, Record
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank
from ripen.playbook.bundle import SyncRule
from ripen.playbook.clause import Condition
from ripen.slack.alert import AlertState
from tests.support.builders import a_lead
from tests.support.crm_sync import Office, a_customer, a_link, an_alert
from tests.support.fakes import NOON


def test_new_lead_is_created_with_its_link_pointer_and_card(office: Office) -> None:
    office.admit(an_alert())

    left = office.sync()

    [record] = office.crm.records.values()
    assert left == set()
    assert office.profile().crm == a_link(record)
    pointer = office.table.get(keys.crm_pointer(record.id))
    assert pointer
    assert pointer.value.lead == "lead1"
    assert office.mark().due is None
    assert (office.mark().value.written, office.mark().value.urgent) == (NOON, False)
    assert office.decisions() == [("created", "")]
    card = office.table.get(keys.alert("lead1", "alert1"))
    assert card
    assert card.due == NOON
    assert office.queue.woken == [keys.alert("lead1", "alert1").ref]


@pytest.mark.many_rows
def test_many_leads_take_two_calls(office: Office) -> None:
    for n in range(120):
        office.admit(id=f"lead{n}", email=f"lead{n}@example.co.jp")

    office.sync(*(f"lead{n}" for n in range(120)))

    assert office.crm.calls == 2
    assert len(office.crm.records) == 120


def test_unchanged_values_take_no_call(office: Office) -> None:
    office.admit()
    office.sync()
    office.crm.calls = 0
    office.change(activity_count=7)

    office.sync()

    assert office.crm.calls == 0
    assert office.mark().due is None
    assert office.decisions() == [("created", "")]


def test_changed_score_updates_the_same_record(office: Office) -> None:
    office.admit()
    office.sync()
    office.change(fit=10)

    office.sync()

    assert len(office.crm.records) == 1
    assert office.decisions() == [("created", ""), ("updated", "")]


def test_card_is_not_updated_without_a_new_link(office: Office) -> None:
    office.admit(an_alert())
    office.sync()
    office.queue.woken.clear()
    office.change(fit=10)

    office.sync()

    assert office.queue.woken == []


def test_new_owner_updates_the_card(office: Office) -> None:
    office.admit(an_alert())
    office.sync()
    office.queue.woken.clear()
    [record] = office.crm.records.values()
    office.crm.records[record.id] = replace(record, owner="005C", owner_name="Carol")
    office.change(fit=10)

    office.sync()

    link = office.profile().crm
    assert link
    assert link.owner_name == "Carol"
    assert office.queue.woken == [keys.alert("lead1", "alert1").ref]


def test_failed_card_is_not_updated(office: Office) -> None:
    office.admit(an_alert(state=AlertState.FAILED))

    office.sync()

    assert office.queue.woken == []


def test_answered_card_is_not_updated_for_a_new_owner(office: Office) -> None:
    link = CrmLink(object="Lead", id="00Q0", url="https://acme.example/00Q0", owner="005A", owner_name="Alice")
    office.crm.records["00Q0"] = Record(object="Lead", id="00Q0", key="lead1", owner="005C", owner_name="Carol")
    office.admit(an_alert(outcome="accepted"), crm=link)

    office.sync()

    assert office.profile().crm != link
    assert office.queue.woken == []


def test_lead_that_is_not_admitted_waits_with_one_decision(office: Office) -> None:
    office.bundle = replace(office.bundle, sync=SyncRule(when=(Condition(field="rank", any_of=("hot",)),)))
    office.admit()
    office.change(rank=Rank.COLD)

    office.sync()
    office.change(activity_count=2)
    office.sync()

    assert office.crm.calls == 0
    assert office.mark().due is None
    assert office.mark().value.waits_for == "not admitted by sync.when: rank"
    assert office.decisions() == [("waits", "not admitted by sync.when: rank")]


def test_lead_without_name_and_company_waits(office: Office) -> None:
    office.admit(last_name="", company="")

    office.sync()

    assert office.crm.records == {}
    assert office.mark().due is None
    assert office.mark().value.waits_for == "last_name, company"
    assert office.decisions() == [("waits", "last_name, company")]


def test_lead_is_created_once_name_and_company_are_known(office: Office) -> None:
    office.admit(last_name="", company="")
    office.sync()
    row = office.table.get(keys.profile("lead1"))
    assert row
    office.table.write(Replace(row.key, a_lead(), row.version), Mark(keys.crm_mark("lead1"), NOON))

    office.sync()

    assert office.mark().value.waits_for == ""
    assert len(office.crm.records) == 1


def test_contact_gets_no_second_record_but_its_owner_one_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit(last_name="", company="")

    office.sync()
    office.change(fit=10)
    office.sync()

    assert list(office.crm.records) == ["0031"]
    assert len(office.crm.tasks) == 1
    assert office.mark().value.claimed is None


def test_each_hot_episode_of_a_contact_creates_a_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    office.sync()
    office.change(episode=2)

    office.sync()

    assert len(office.crm.tasks) == 2


def test_deleted_record_is_not_created_again(office: Office) -> None:
    office.admit()
    office.sync()
    office.crm.records.clear()
    office.change(fit=10)

    office.sync()

    assert office.crm.records == {}
    assert office.mark().value.waits_for == DELETED


def test_second_lead_of_a_record_keeps_the_pointer_to_the_first(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    office.admit(id="lead2", crm=a_link(a_customer()))
    office.sync("lead1")

    office.sync("lead2")

    pointer = office.table.get(keys.crm_pointer("0031"))
    assert pointer
    assert pointer.value.lead == "lead1"
    assert office.profile("lead2").crm == a_link(a_customer())


def test_conversion_by_sales_is_recorded_once_and_folded_at_once(office: Office) -> None:
    office.admit()
    office.sync()
    [(id, record)] = office.crm.records.items()
    office.crm.records |= {id: replace(record, converted_to="0031", is_converted=True), "0031": a_customer()}

    for fit in (10, 20):
        office.change(fit=fit)
        office.sync()

    profile = office.profile()
    assert profile.crm
    assert (profile.crm.object, profile.converted) == ("Contact", NOON + timedelta(minutes=15))
    [converted] = office.table.under("lead1", "activity#")
    assert (converted.value.kind, converted.due) == (Kind.CONVERTED, profile.converted)


def test_opt_out_in_the_crm_is_kept_until_it_is_taken_back(office: Office) -> None:
    office.admit()
    office.sync()
    [(id, record)] = office.crm.records.items()
    opt_outs = [office.profile().crm_opt_out]

    for opted_out, fit in ((True, 10), (True, 20), (False, 30)):
        office.crm.records[id] = replace(record, opted_out=opted_out)
        office.change(fit=fit)
        office.sync()
        opt_outs.append(office.profile().crm_opt_out)

    assert opt_outs == [False, True, True, False]


def test_opt_out_is_kept_even_if_the_write_is_refused(office: Office) -> None:
    office.admit()
    office.sync()
    [(id, record)] = office.crm.records.items()
    office.crm.records[id] = replace(record, opted_out=True)
    office.crm.refuses["lead1"] = Undeliverable("STORAGE_LIMIT_EXCEEDED: x", permanent=True)

    office.change(fit=10)
    office.sync()

    assert office.profile().crm_opt_out


def test_message_of_an_earlier_score_change_writes_nothing_and_leaves_the_mark_due(office: Office) -> None:
    office.admit()
    office.sync()
    office.change(fit=10)
    office.sync()
    office.change(fit=20)
    office.clock.move(minutes=-5)
    office.crm.calls = 0

    office.sync()

    assert (office.crm.calls, office.mark().due) == (0, NOON)


@pytest.mark.parametrize(("urgent", "expected"), [(False, NOON + timedelta(minutes=15)), (True, NOON)])
def test_state_that_changed_during_the_call_stays_due(office: Office, urgent: bool, expected: datetime) -> None:
    """A fold leaves a mark alone that is due already."""
    office.admit()
    row = office.mark()
    office.table.write(Replace(row.key, replace(row.value, urgent=urgent), row.version, due=NOON))
    state = office.table.get(keys.state("lead1"))
    assert state
    office.crm.meanwhile = lambda: office.table.write(
        Replace(state.key, replace(state.value, activity_count=9), state.version)
    )

    office.sync()

    assert office.crm.records
    assert (office.mark().due, office.mark().value.urgent) == (expected, urgent)


def test_state_that_did_not_change_during_the_call_is_settled(office: Office) -> None:
    office.admit()

    office.sync()

    assert office.mark().due is None
