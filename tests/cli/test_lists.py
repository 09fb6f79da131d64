"""ripen leads, segments, segment, journeys, campaigns: what a marketer lists."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from cli.commands import campaigns, journeys, leads, segments
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.campaign_run import schedule
from ripen.decision import Reason
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.state import LatestEntry, Rank, State
from ripen.operations.leads import scan
from ripen.operations.leads.listing import Wanted, list_leads
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from tests.support.builders import a_bundle, a_campaign, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB

COMPANIES = Segment(
    name="companies",
    title={"ja": "会社の人", "en": "People at companies"},
    when=(Condition(field="company", present=True),),
    also=(Did(kind="form_submitted", subject="whitepaper"),),
)
BUNDLE = a_bundle(
    segments={"companies": COMPANIES, "nobody": Segment(name="nobody")},
    campaigns={
        "autumn": a_campaign(title={"ja": "秋の便り"}),
        "winter": a_campaign(name="winter", at="2027-01-10T10:00"),
    },
)


@pytest.fixture
def table() -> Table:
    return Table("table", QuickDynamoDB())


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, BUNDLE)
    for command in (campaigns, journeys, leads, segments):
        monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setenv("COLUMNS", "200")
    return stack


def known(table: Table, lead: str, last: datetime | None = NOON, **state: Any) -> None:
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.co.jp")),
        Create(keys.state(lead), State(lead=lead, last_activity=last, **state)),
    )


def three_leads(table: Table) -> None:
    known(table, "late", NOON, fit=10, segments=("companies",))
    known(table, "strong", NOON - timedelta(days=1), fit=90, rank=Rank.HOT, segments=("companies",))
    known(table, "early", NOON - timedelta(days=2), fit=20, rank=Rank.WARM)


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        (Wanted(), ["late", "strong", "early"]),
        (Wanted(order="score"), ["strong", "early", "late"]),
        (Wanted(limit=1), ["late"]),
        (Wanted(rank=Rank.WARM), ["early"]),
        (Wanted(segment="companies", order="score"), ["strong", "late"]),
        (Wanted(rank=Rank.COLD, segment="nobody"), []),
    ],
)
def test_leads_are_listed_in_the_order_that_is_asked_for(table: Table, wanted: Wanted, listed: list[str]) -> None:
    three_leads(table)
    found = list_leads(wanted, table, BUNDLE, NOON)
    assert [line.id for line in found.lines] == listed
    assert found.sample == scan.Sample(read=3, is_all=True)


def test_a_list_reads_an_equal_share_of_each_shard_and_says_so(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    # given more leads than shall be read
    for number in range(200):
        table.write(Create(keys.state(f"lead{number:03}"), State(lead=f"lead{number:03}", segments=("companies",))))
    # when
    found = list_leads(Wanted(limit=1), table, BUNDLE, NOON, most=64)
    segments.segments(most=64)
    # then
    assert (found.sample.is_all, found.matching) == (False, found.sample.read)
    assert 40 < found.sample.read <= 64
    out = capsys.readouterr().out
    assert f"of the {found.sample.read} leads that were read; there are more" in out
    assert "--most" in out


def test_leads_come_with_name_company_rank_score_and_last_activity(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    three_leads(table)
    leads.leads(rank="hot")
    out = capsys.readouterr().out
    assert "Times: Asia/Tokyo" in out
    for words in (
        "Leads: 1 of 1",
        "山田 花子",
        a_lead().company,
        "strong@example.co.jp",
        "hot",
        "90",
        "2026-11-20 12:00",
    ):
        assert words in out
    assert "As of now, of all 3 leads." in out
    leads.leads(segment="companies", limit=1, as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in listed["leads"]] == ["late"]
    assert (listed["matching"], listed["read"], listed["all"]) == (2, 3, True)


def test_segments_come_with_their_numbers(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    three_leads(table)
    segments.segments(as_json=True)
    listed = json.loads(capsys.readouterr().out)["segments"]
    assert [(each["name"], each["leads"]) for each in listed] == [("companies", 2), ("nobody", 0)]
    segments.segments()
    assert "People at companies" in capsys.readouterr().out


@pytest.mark.usefixtures("japanese")
def test_a_segment_says_what_it_asks_and_shows_a_few(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    three_leads(table)
    segments.segment("companies")
    out = capsys.readouterr().out
    assert "会社の人（companies）: 2 人" in out
    assert "条件: 会社名がある、かつ「資料」を送信した" in out
    assert "strong@example.co.jp" in out
    assert "early@" not in out
    segments.segment("companies", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["asks"] == "company is known and sent the form “White paper”"
    assert len(told["sample"]) == told["leads"] == 2


@pytest.mark.parametrize("command", [segments.segment, lambda name: leads.leads(segment=name)])
def test_a_segment_that_is_not_live_is_a_failure(stack: Stack, command: Any) -> None:
    with pytest.raises(Failure, match="did you mean 'companies'"):
        command("company")


def test_journeys_come_with_the_people_in_them(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    ends = [
        (EnrollmentState.ACTIVE, ""),
        (EnrollmentState.FINISHED, ""),
        (EnrollmentState.EXITED, Reason.GOAL_REACHED),
        (EnrollmentState.EXITED, Reason.UNSUBSCRIBED),
    ]
    for number, (state, reason) in enumerate(ends):
        lead = f"lead{number}"
        known(table, lead, journeys={"whitepaper": LatestEntry(key="a", at=NOON)})
        run = Enrollment(lead=lead, journey="whitepaper", key="a", entered=NOON, bundle="b", state=state, reason=reason)
        table.write(Create(keys.enrollment(lead, "whitepaper", "a"), run))
    gone = Enrollment(lead="lead0", journey="old", key="a", entered=NOON, bundle="b")
    table.write(Create(keys.enrollment("lead0", "old", "a"), gone))

    journeys.journeys(as_json=True)

    old, whitepaper = json.loads(capsys.readouterr().out)["journeys"]
    assert (old["live"], old["on_the_way"]) == (False, 1)
    numbers = {name: whitepaper[name] for name in ("entered", "on_the_way", "finished", "goal", "left")}
    assert numbers == {"entered": 4, "on_the_way": 1, "finished": 1, "goal": 1, "left": 1}
    journeys.journeys()
    assert "removed: its people go on" in capsys.readouterr().out


def test_campaigns_come_with_state_and_dates(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    run = schedule(BUNDLE.campaigns["autumn"], "bundle1", NOON + timedelta(days=1), "mika", NOON)
    table.write(Create(keys.campaign("autumn"), run))
    campaigns.campaigns(as_json=True)
    winter, autumn = json.loads(capsys.readouterr().out)
    assert (winter["name"], winter["state"]) == ("winter", "not scheduled")
    assert winter["begins"] == "2027-01-10T01:00:00+00:00"
    assert (autumn["name"], autumn["state"], autumn["sent"]) == ("autumn", "planned", 0)
    campaigns.campaigns()
    out = capsys.readouterr().out
    assert "秋の便り" in out
    assert "2026-11-22 12:00" in out
