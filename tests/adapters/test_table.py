"""The table, against moto and against the quick stand-in that other tests use for many rows."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.adapters.table import Absent, Add, Conflict, Create, Delete, Mark, Replace, Table, Unchanged, keys
from ripen.agenda import Due, Lane, Ref, shard
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Walk
from ripen.journey.enrollment import Enrollment
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.pointers import Seen
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.quick_dynamodb import QuickDynamoDB

LEAD = a_lead()


@pytest.fixture(params=["moto", "quick"])
def table(request: pytest.FixtureRequest) -> Table:
    client: Any = request.getfixturevalue("dynamodb") if request.param == "moto" else QuickDynamoDB()
    return Table("table", client)


def test_row_is_read_as_it_was_written(table: Table) -> None:
    table.write(Create(keys.profile("lead1"), LEAD))
    row = table.get(keys.profile("lead1"))
    assert row is not None
    assert (row.value, row.version, row.due) == (LEAD, 1, None)


def test_nothing_is_written_when_one_condition_fails(table: Table) -> None:
    table.write(Create(keys.profile("lead1"), LEAD))
    with pytest.raises(Conflict) as caught:
        table.write(Create(keys.crm_mark("lead1"), CrmMark(lead="lead1")), Create(keys.profile("lead1"), LEAD))
    assert caught.value.at == (1,)
    assert table.get(keys.crm_mark("lead1")) is None


def test_row_that_changed_meanwhile_is_not_overwritten(table: Table) -> None:
    key = keys.crm_mark("lead1")
    table.write(Create(key, CrmMark(lead="lead1"), due=NOON))
    row = table.get(key)
    assert row is not None
    table.write(Mark(key, NOON + timedelta(minutes=1)))
    with pytest.raises(Conflict):
        table.write(Replace(key, row.value, row.version))


def test_transaction_is_written_if_the_checked_rows_are_unchanged_and_absent(table: Table) -> None:
    table.write(Create(keys.profile("lead1"), LEAD))
    table.write(
        Unchanged(keys.profile("lead1"), 1),
        Unchanged(keys.state("lead1"), 0),
        Absent(keys.suppression("hash")),
        Create(keys.crm_mark("lead1"), CrmMark(lead="lead1")),
    )
    with pytest.raises(Conflict):
        table.write(Absent(keys.profile("lead1")), Create(keys.contact("lead1"), CrmMark(lead="lead1")))


def test_only_one_worker_leases_a_due_row(table: Table) -> None:
    key = keys.crm_mark("lead1")
    table.write(Create(key, CrmMark(lead="lead1"), due=NOON))
    (due,) = table.due(Lane.HOT, shard("lead1"), NOON)
    assert due.ref == key.ref
    assert table.lease(due, NOON + timedelta(minutes=5))
    assert not table.lease(due, NOON + timedelta(minutes=5))
    assert table.due(Lane.HOT, shard("lead1"), NOON) == []


def test_due_rows_are_read_on_from_an_entry_that_has_left_the_agenda(table: Table) -> None:
    # given rows of which some are due at the same moment
    place, minute = (Lane.HOT, shard("lead1")), timedelta(minutes=1)
    for n, due in enumerate((NOON, NOON, NOON, NOON + minute)):
        table.write(Create(keys.activity("lead1", NOON, str(n)), an_activity(), due=due))
    first, second, *others = table.due(*place, NOON + minute)
    # when the second leaves the agenda
    table.write(Replace(keys.parse(second.ref), an_activity(), 1))
    # then
    assert table.due(*place, NOON + minute, after=second) == others
    assert table.due(*place, NOON, limit=1, after=first) == others[:1]
    assert (table.waiting(*place, NOON + minute), table.waiting(*place, NOON + minute, second)) == (3, 2)
    assert (table.due(*place, NOON, after=others[-1]), table.waiting(*place, NOON, others[-1])) == ([], 0)


@pytest.mark.usefixtures("dynamodb")
def test_all_due_reads_more_rows_than_one_answer_holds() -> None:
    # given answers of two rows, where DynamoDB's have a megabyte
    client = boto3.client("dynamodb")
    client.meta.events.register(
        "before-parameter-build.dynamodb.Query", lambda params, **_: params.setdefault("Limit", 2)
    )
    table = Table("table", client)
    places = [keys.activity("lead1", NOON, str(n)) for n in range(5)]
    table.write(*(Create(place, an_activity(), due=NOON) for place in places))

    found = table.all_due(Lane.HOT, shard("lead1"), NOON)

    assert [due.ref for due in found] == [place.ref for place in places]


def test_replaced_row_without_a_due_time_leaves_the_agenda(table: Table) -> None:
    key = keys.crm_mark("lead1")
    table.write(Create(key, CrmMark(lead="lead1"), due=NOON))
    table.write(Replace(key, CrmMark(lead="lead1"), 1))
    assert table.due(Lane.HOT, shard("lead1"), NOON) == []


def test_row_is_deleted_in_the_version_that_was_read(table: Table) -> None:
    key = keys.crm_mark("lead1")
    table.write(Create(key, CrmMark(lead="lead1"), due=NOON))
    with pytest.raises(Conflict):
        table.write(Delete(key, 2), Absent(keys.profile("lead1")))
    table.write(Delete(key, 1), Absent(keys.profile("lead1")))
    assert table.get(key) is None
    assert table.due(Lane.HOT, shard("lead1"), NOON) == []
    table.write(Create(key, CrmMark(lead="lead1")))
    table.write(Delete(key, 1))
    assert table.get(key) is None


def test_expired_row_may_be_overwritten(table: Table) -> None:
    key = keys.seen("form", "x")
    seen = Seen(lead="lead1", activity="a")
    table.write(Create(key, seen, expires=NOON))
    with pytest.raises(Conflict):
        table.write(Create(key, seen, expires=NOON, even_if_expired_at=NOON))
    table.write(Create(key, seen, expires=NOON, even_if_expired_at=NOON + timedelta(seconds=1)))


def test_many_rows_come_in_the_order_of_their_keys(table: Table) -> None:
    table.write(Create(keys.profile("lead1"), LEAD), Create(keys.crm_mark("lead1"), CrmMark(lead="lead1")))
    mark, state, profile = table.get_many([keys.crm_mark("lead1"), keys.state("lead1"), keys.profile("lead1")])
    assert state is None
    assert profile.value == LEAD
    assert mark.value == CrmMark(lead="lead1")


def test_rows_under_a_lead_are_typed_by_their_kind(table: Table) -> None:
    table.write(Create(keys.profile("lead1"), LEAD), Create(keys.crm_mark("lead1"), CrmMark(lead="lead1")))
    assert [row.value for row in table.under("lead1", "due#")] == [CrmMark(lead="lead1")]
    assert len(list(table.under("lead1", ""))) == 2


def test_add_creates_the_row_and_sums_its_numbers(table: Table) -> None:
    key = keys.campaign_count("autumn", 3)
    table.write(Add(key, {"planned": 45}))
    table.write(Add(key, {"planned": -1, "skipped: no consent": 1}), Create(keys.profile("lead1"), LEAD))
    row = table.get(key)
    assert row is not None
    assert (row.value.of, row.version) == ({"planned": 44, "skipped: no consent": 1}, 2)
    with pytest.raises(Conflict):
        table.write(Add(key, {"planned": 1}), Create(keys.profile("lead1"), LEAD))
    assert table.get_many([key]) == [row]


def test_roster_is_read_page_by_page(table: Table) -> None:
    leads = sorted(lead for lead in (f"lead{n}" for n in range(400)) if shard(lead) == 5)
    for lead in leads:
        table.write(Create(keys.state(lead), State(lead=lead)))
    assert list(table.leads(5)) == leads
    assert list(table.leads(5, most=3)) == leads[:3]
    assert list(table.leads(5, after=leads[2], most=2)) == leads[3:5]
    assert list(table.leads(5, after=leads[-1])) == []


def test_refs_of_walks_and_campaigns_are_parsed_to_their_keys() -> None:
    run = keys.campaign("autumn")
    for key, kind in (
        (run, "campaign"),
        (keys.walk(run, 63), "walk"),
        (keys.entries("welcome", "everyone", "2026-11-21"), "entries"),
        (keys.schedule("welcome"), "schedule"),
    ):
        assert (keys.parse(key.ref), keys.kind(key.ref)) == (key, kind)
    assert keys.walk_owner(keys.typed(keys.parse(keys.walk(run, 63).ref), Walk)) == run
    assert keys.typed(run, CampaignRun) == run


@pytest.mark.parametrize(
    "ref", ["", "lead#1", "lead#1|nothing", "setting#stop|-", "email#1|lead", "campaign|-", "x#1|walk#1"]
)
def test_other_text_is_not_the_reference_of_a_row(ref: str) -> None:
    with pytest.raises(ValueError, match="not the reference of a row"):
        keys.parse(ref)


def test_scan_finds_rows_of_all_leads_by_sort_key_and_content(table: Table) -> None:
    # given leads in two journeys, with other rows
    for number in range(20):
        lead = f"lead{number}"
        table.write(
            Create(keys.profile(lead), replace(LEAD, id=lead)),
            Create(keys.enrollment(lead, "a", "k"), an_enrollment(lead, "a")),
            Create(keys.enrollment(lead, "b", "k"), replace(an_enrollment(lead, "b"), step="s1" if number else "s2")),
        )

    # when all rows of one journey, and the rows on one step of the other, are read in four parts
    asked = {"enrollment#a#": "", "enrollment#b#": '"step":"s2"'}
    found = [row.value for piece in range(4) for row in table.scan(asked, piece, 4)]

    # then each row is found once
    assert sorted(each.lead for each in found if each.journey == "a") == sorted(f"lead{n}" for n in range(20))
    assert [each.lead for each in found if each.journey == "b"] == ["lead0"]
    assert len(found) == 21


@pytest.mark.parametrize("words", ["short", "日本 " * 500])
def test_scan_looks_into_compressed_rows_too(table: Table, words: str) -> None:
    long = {"quote": {"text": words}}
    for step in ("s1", "s2"):
        enrollment = replace(an_enrollment("lead", "a"), step=step, answers=long)
        table.write(Create(keys.enrollment("lead", "a", step), enrollment))
    [found] = table.scan({"enrollment#a#": '"step":"s2"'}, 0, 1)
    assert (found.value.step, found.value.answers) == ("s2", long)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 (hypothesis)
def test_row_falls_due_within_a_millisecond_after_its_time(at: datetime) -> None:
    client: Any = QuickDynamoDB()
    table = Table("table", client)
    table.write(Create(keys.profile("lead1"), LEAD, due=at))
    row = table.get(keys.profile("lead1"))
    assert row
    assert row.due
    assert timedelta() <= row.due - at < timedelta(milliseconds=1)
    lane, found = Lane.HOT, shard("lead1")
    assert table.due(lane, found, row.due - timedelta(microseconds=1), 10) == []
    assert table.due(lane, found, row.due, 10) == [Due(Ref(row.key.ref), row.due)]


def test_table_knows_its_size(table: Table) -> None:
    before = table.megabytes()
    table.write(Create(keys.profile("lead1"), LEAD))
    assert table.megabytes() >= before


def an_enrollment(lead: str, journey: str) -> Enrollment:
    return Enrollment(lead=lead, journey=journey, key="k", entered=NOON, bundle="bundle1")
