"""Leads go to the CRM in two calls; each failure is visible, passes or is made good, and makes nothing twice."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_

from ripen.adapters.table import Create, Mark, Replace, Row, Table, keys
from ripen.alert import Alert, AlertState
from ripen.bundle import Bundle, SyncRule
from ripen.clause import Condition
from ripen.crm import DELETED, Found, Record, Wanted, Write, Written
from ripen.crm_fields import STANDARD
from ripen.decision import Decision
from ripen.errors import NotConnected, Undeliverable
from ripen.lead import CrmLink, Profile
from ripen.setting import CrmMark
from ripen.state import Rank, State, Tally
from score.sync import Desk, sync
from tests.builders import a_bundle, a_lead
from tests.fakes import NOON, FakeClock, FakeQueue


@dataclass
class FakeCrm:
    """Leads, Contacts and Tasks in memory: upserts by our key, matches by address, counts its calls."""

    records: dict[str, Record] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    calls: int = 0
    fails: list[Undeliverable | None] = field(default_factory=list)
    """What the next calls fail with; None lets one pass."""
    refuses: dict[str, Undeliverable] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    """Happens during the next write, before its answer comes."""

    def find(self, leads: Sequence[Wanted]) -> Found:
        self._called()
        return Found(records=tuple(self.records.values()), tasks=frozenset(self.tasks))

    def write(self, writes: Sequence[Write]) -> list[Written]:
        self._called()
        written = [self._write(write) for write in writes]
        self.meanwhile()
        return written

    def _called(self) -> None:
        self.calls += 1
        if self.fails and (failure := self.fails.pop(0)):
            raise failure

    def _write(self, write: Write) -> Written:
        if write.lead in self.refuses:
            return Written(refused=self.refuses[write.lead])
        mine = [r for r in self.records.values() if r.key == write.lead and r.object == write.object]
        old = write.record or next(iter(mine), None)
        id = old.id if old else f"00Q{len(self.records)}"
        values = {name: str(write.fields[name]) for name in STANDARD[write.object] if name in write.fields}
        kept = old or Record(
            object=write.object, id=id, email=values.get("Email", ""), owner="005A", owner_name="Alice"
        )
        self.records[id] = replace(kept, key=write.lead, fields=kept.fields | values)
        if write.task:
            self.tasks.append(write.task.key)
        return Written(link=a_link(self.records[id]))


def a_link(record: Record) -> CrmLink:
    url = f"https://crm.example/{record.id}"
    return CrmLink(object=record.object, id=record.id, url=url, owner=record.owner, owner_name=record.owner_name)


@dataclass
class Office:
    table: Table
    clock: FakeClock
    crm: FakeCrm
    queue: FakeQueue
    bundle: Bundle = field(default_factory=a_bundle)

    def sync(self, *leads: str) -> set[str]:
        refs = [keys.crm_mark(lead).ref for lead in leads or ("lead1",)]
        return sync(refs, self.desk)

    @property
    def desk(self) -> Desk:
        return Desk(table=self.table, clock=self.clock, bundle=self.bundle, crm=self.crm, alert=self.queue)

    def admit(self, *changes: Any, **lead: Any) -> None:
        """A lead that react has folded, due now."""
        profile = a_lead(**lead)
        self.table.write(
            Create(keys.profile(profile.id), profile),
            Create(keys.state(profile.id), a_state(profile.id)),
            Create(keys.crm_mark(profile.id), CrmMark(lead=profile.id, urgent=True), due=self.clock.now()),
            *changes,
        )

    def change(self, **changes: Any) -> None:
        """react folds something more: the state changes, the mark is due."""
        state = self.table.get(keys.state("lead1"))
        assert state
        self.table.write(
            Replace(state.key, replace(state.value, **changes), state.version), Mark(keys.crm_mark("lead1"), NOON)
        )

    def mark(self, lead: str = "lead1") -> Row[CrmMark]:
        row = self.table.get(keys.crm_mark(lead))
        assert row
        return row

    def profile(self, lead: str = "lead1") -> Profile:
        row = self.table.get(keys.profile(lead))
        assert row
        return row.value

    def decisions(self, lead: str = "lead1") -> list[tuple[str, str]]:
        found: Iterable[Row[Decision]] = self.table.under(lead, "decision#")
        return [(row.value.outcome, row.value.reason) for row in found if row.value.what == "crm"]


@pytest.fixture
def office(table: Table, clock: FakeClock, queue: FakeQueue) -> Office:
    return Office(table, clock, FakeCrm(), queue)


def a_state(lead: str = "lead1", **changes: Any) -> State:
    tally = Tally(points=30, at=NOON, count=1, last=NOON, recent=(NOON,))
    known: dict[str, Any] = {"lead": lead, "tallies": {"form": tally}, "fit": 40, "rank": Rank.HOT, "episode": 1}
    return State(**(known | changes))


def an_alert(**changes: Any) -> Create[Alert]:
    known: dict[str, Any] = {
        "id": "alert1",
        "lead": "lead1",
        "kind": "hot",
        "planned": NOON,
        "state": AlertState.POSTED,
    }
    alert = Alert(**(known | changes))
    return Create(keys.alert("lead1", alert.id), alert)


def a_customer(**changes: Any) -> Record:
    known: dict[str, Any] = {"object": "Contact", "id": "0031", "email": "hanako@example.co.jp", "owner": "005B"}
    return Record(**(known | changes))


def test_a_new_lead_is_made_and_everybody_who_waits_for_its_link_hears_of_it(office: Office) -> None:
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
    office.change(folded=7)

    office.sync()

    assert office.crm.calls == 0
    assert office.mark().due is None
    assert office.decisions() == [("created", "")]


def test_a_changed_score_is_written_to_the_same_record(office: Office) -> None:
    office.admit()
    office.sync()
    office.clock.move(minutes=15)
    office.change(fit=10)

    office.sync()

    assert len(office.crm.records) == 1
    assert office.decisions() == [("created", ""), ("updated", "")]


def test_a_card_is_left_alone_while_the_link_stays(office: Office) -> None:
    office.admit(an_alert())
    office.sync()
    office.queue.woken.clear()
    office.change(fit=10)

    office.sync()

    assert office.queue.woken == []


def test_a_new_owner_is_shown_on_the_card(office: Office) -> None:
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


@pytest.mark.parametrize("closed", [{"outcome": "claimed"}, {"state": AlertState.FAILED}])
def test_a_closed_card_is_left_alone(office: Office, closed: dict[str, Any]) -> None:
    office.admit(an_alert(**closed))

    office.sync()

    assert office.queue.woken == []


def test_who_is_not_admitted_stays_out_and_the_reason_is_said_once(office: Office) -> None:
    office.bundle = with_(office.bundle, sync=SyncRule(when=(Condition(field="rank", any_of=("hot",)),)))
    office.admit()
    office.change(rank=Rank.COLD)

    office.sync()
    office.change(folded=2)
    office.sync()

    assert office.crm.calls == 0
    assert office.mark().due is None
    assert office.mark().value.waits_for == "not admitted by sync.when: rank"
    assert office.decisions() == [("waits", "not admitted by sync.when: rank")]


def test_an_address_without_name_and_company_waits_for_them(office: Office) -> None:
    office.admit(last_name="", company="")

    office.sync()

    assert office.crm.records == {}
    assert office.mark().due is None
    assert office.mark().value.waits_for == "last_name, company"
    assert office.decisions() == [("waits", "last_name, company")]


def test_it_goes_once_they_are_known(office: Office) -> None:
    office.admit(last_name="", company="")
    office.sync()
    row = office.table.get(keys.profile("lead1"))
    assert row
    office.table.write(Replace(row.key, a_lead(), row.version), Mark(keys.crm_mark("lead1"), NOON))

    office.sync()

    assert office.mark().value.waits_for == ""
    assert len(office.crm.records) == 1


def test_a_customer_gets_no_second_record_but_the_owner_one_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit(last_name="", company="")

    office.sync()
    office.change(fit=10)
    office.sync()

    assert list(office.crm.records) == ["0031"]
    assert len(office.crm.tasks) == 1
    assert office.mark().value.claimed is None


def test_each_time_of_turning_hot_makes_a_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    office.sync()
    office.change(episode=2)

    office.sync()

    assert len(office.crm.tasks) == 2


def test_two_workers_at_once_make_one_task(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    rival = FakeCrm(records=office.crm.records, tasks=office.crm.tasks)
    office.crm.meanwhile = lambda: sync([keys.crm_mark("lead1").ref], replace(office.desk, crm=rival))

    office.sync()

    assert len(office.crm.tasks) == 1
    assert rival.calls == 0


def test_a_worker_that_read_before_the_claim_leaves_the_task_to_the_other(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()

    @dataclass
    class Overtaken(FakeCrm):
        def find(self, leads: Sequence[Wanted]) -> Found:
            found = super().find(leads)
            office.sync()
            return found

    slow = Overtaken(records=office.crm.records)

    sync([keys.crm_mark("lead1").ref], replace(office.desk, crm=slow))

    assert (len(office.crm.tasks), slow.tasks) == (1, [])


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


def test_a_record_that_sales_deleted_is_not_made_again(office: Office) -> None:
    office.admit()
    office.sync()
    office.crm.records.clear()
    office.change(fit=10)

    office.sync()

    assert office.crm.records == {}
    assert office.mark().value.waits_for == DELETED


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

    left = sync([strange, "nonsense", keys.crm_mark("lead1").ref], office.desk)

    assert left == {strange, "nonsense"}
    assert len(office.crm.records) == 1


def test_another_lead_keeps_the_pointer_of_a_record_both_stand_for(office: Office) -> None:
    office.crm.records["0031"] = a_customer()
    office.admit()
    office.admit(id="lead2", crm=a_link(a_customer()))
    office.sync("lead1")

    office.sync("lead2")

    pointer = office.table.get(keys.crm_pointer("0031"))
    assert pointer
    assert pointer.value.lead == "lead1"
    assert office.mark("lead2").value.written
