"""The dry run of the sync: it says what the sync then writes, and writes nothing itself."""

from collections import Counter
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.adapters.table import keys
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import MERGED
from ripen.crm.field_write import changes
from ripen.crm.upsert import Record
from ripen.errors import Undeliverable
from ripen.failure import Failure
from ripen.operations.crm_plan import UP_TO_DATE, CrmPlan, plan_sync
from ripen.playbook.bundle import SyncRule
from ripen.playbook.clause import Condition
from tests.support.crm_sync import Office, a_customer
from tests.support.fakes import NOON


def forecast(office: Office, **changes: Any) -> CrmPlan:
    return plan_sync(office.table, office.crm, replace(office.bundle, **changes), office.clock.now())


def a_crowd(office: Office) -> None:
    """Admit leads of every kind: new, known, a customer, without a name, kept out, merged, and written before."""
    office.bundle = replace(
        office.bundle, sync=SyncRule(unless=(Condition(field="domain", any_of=("rival.example",)),))
    )
    office.crm.records = {
        "0031": a_customer(email="customer@example.jp"),
        "00Q8": Record(
            object="Lead", id="00Q8", email="known@example.jp", fields={"Title": "課長", "LastName": "山田"}
        ),
        "00Q9": Record(object="Lead", id="00Q9", email="both@example.jp"),
    }
    office.admit(id="written", email="written@example.jp")
    office.admit(id="old", email="both@example.jp", created=NOON - timedelta(days=9))
    office.sync("written", "old")
    link = office.profile("old").crm
    office.crm.written.clear()
    crowd: dict[str, dict[str, Any]] = {
        "new1": {},
        "new2": {},
        "known": {},
        "customer": {},
        "unnamed": {"last_name": "", "company": ""},
        "young": {"crm": link},
        "gone": {"crm": replace(link, id="00Q7") if link else None},
    }
    for name, more in crowd.items():
        office.admit(id=name, **({"email": f"{name}@example.jp"} | more))
    office.admit(id="rival", email="x@rival.example")


def test_the_sync_writes_what_the_plan_says(office: Office) -> None:
    a_crowd(office)

    plan = forecast(office)
    calls = office.crm.calls
    office.sync("new1", "new2", "known", "customer", "unnamed", "young", "gone", "rival", "written", "old")

    written = office.crm.written
    assert plan.creates.count == len([write for write in written if write.record is None]) == 2
    assert plan.updates.count == len([write for write in written if write.record]) == 2
    assert plan.tasks == len([write for write in written if write.task]) == 1
    assert plan.fields == Counter(f"{w.object}.{name}" for w in written if w.record for name in changes(w))
    assert plan.reads + plan.writes == office.crm.calls - calls


def test_the_plan_names_conflicts_and_leads_that_are_left_out(office: Office) -> None:
    a_crowd(office)

    found = forecast(office).plain()

    assert found["conflicts"] == [
        {
            "field": "Lead.Title",
            "count": 1,
            "samples": [{"email": "known@example.jp", "ours": "部長", "theirs": "課長"}],
        }
    ]
    assert {each["reason"]: (each["count"], sorted(each["samples"])) for each in found["skipped"]} == {
        "kept out by sync.unless: domain": (1, ["x@rival.example"]),
        "last_name, company": (1, ["unnamed@example.jp"]),
        "deleted in the CRM": (1, ["gone@example.jp"]),
        MERGED: (1, ["young@example.jp"]),
        UP_TO_DATE: (2, ["both@example.jp", "written@example.jp"]),
    }
    assert set(found) == {"creates", "updates", "conflicts", "skipped", "calls", "unread"}


def test_the_plan_writes_nothing(office: Office) -> None:
    a_crowd(office)
    names = ("new1", "known", "customer", "young")
    before = [office.table.get_many([keys.profile(name), keys.crm_mark(name)]) for name in names]
    records, calls = dict(office.crm.records), office.crm.calls

    forecast(office)

    assert [office.table.get_many([keys.profile(name), keys.crm_mark(name)]) for name in names] == before
    assert (office.crm.records, office.crm.written, office.crm.calls) == (records, [], calls + 1)


def test_the_plan_is_that_of_the_rules_that_are_given(office: Office) -> None:
    a_crowd(office)

    plan = forecast(office, sync=SyncRule(when=(Condition(field="company", any_of=("nobody",)),)))

    assert (plan.creates.count, plan.reads) == (0, 1)


@pytest.mark.many_rows
def test_the_plan_reads_200_leads_in_a_call(office: Office) -> None:
    for n in range(201):
        office.admit(id=f"lead{n}", email=f"lead{n}@example.jp")

    plan = forecast(office)

    assert (plan.creates.count, len(plan.creates.samples), plan.reads, plan.writes) == (201, 3, 2, 2)


@pytest.mark.many_rows
def test_the_plan_leaves_the_last_calls_of_the_day_to_others(office: Office) -> None:
    for n in range(201):
        office.admit(id=f"lead{n}", email=f"lead{n}@example.jp")
    office.crm.usage = ApiUsage(used=81, most=100)

    plan = forecast(office)

    assert (office.crm.calls, plan.unread) == (0, 201)


def test_the_plan_says_that_salesforce_does_not_answer(office: Office) -> None:
    office.admit()
    office.crm.fails = [Undeliverable("HTTP 503", permanent=False)]

    with pytest.raises(Failure, match="Salesforce does not answer"):
        forecast(office)
