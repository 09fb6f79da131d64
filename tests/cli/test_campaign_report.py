"""ripen campaign NAME: whom it would reach before it begins, and rates and links afterwards."""

import json
from collections import Counter
from copy import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from cli.commands import campaign as command
from cli.output.campaign import show_links
from cli.stack.stack import Stack
from ripen.adapters.table import Add, Create, Table, keys
from ripen.agenda import SHARDS
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.campaign.mailing import campaign_send_id
from ripen.lead.activity import Kind, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.lead.state import State
from ripen.mail.ledger import SendState
from ripen.operations.sending.campaign_report import clicks_by_link
from ripen.operations.sending.reach import estimate, last_mail
from ripen.playbook.bundle import Policy, QuietHours
from ripen.playbook.clause import Tagged
from tests.support.builders import a_bundle, a_campaign, a_lead, a_marketing_mail, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import KEY, a_stack
from tests.support.planned_mails import CONSENT
from tests.support.quick_dynamodb import QuickDynamoDB

AUTUMN = a_campaign(title={"ja": "秋の便り", "en": "The autumn letter"}, at="2026-11-22T12:00", per_hour=60)
POLICY = Policy(per_week=1, unless=Tagged(tag="rival"), quiet=QuietHours(start="00:00", end="23:59"))
BUNDLE = a_bundle(campaigns={"autumn": AUTUMN}, policy=POLICY)


@pytest.fixture
def table() -> Table:
    return Table("table", QuickDynamoDB())


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, BUNDLE)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def member(table: Table, lead: str, contact: dict[str, Any] | None = None, **profile: Any) -> None:
    known = {"consent": CONSENT} if contact is None else contact
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.co.jp", **profile)),
        Create(keys.contact(lead), Contact(lead=lead, **known)),
        Create(keys.state(lead), State(lead=lead, segments=("everyone",))),
    )


def an_audience(table: Table) -> None:
    """Add a lead that the campaign reaches, and one for each reason why it does not; quiet hours are none."""
    member(table, "good")
    member(table, "asked", contact={})
    member(table, "bounced", contact={"consent": CONSENT, "bounced": NOON})
    member(table, "full", contact={"consent": CONSENT, "sent": {"2026-11-21": 1}})
    member(table, "rival", tags=("rival",))
    member(table, "opted-out", crm_opt_out=True)
    member(table, "suppressed")
    address = address_hash(KEY, "suppressed@example.co.jp")
    table.write(Create(keys.suppression(address), Suppression(reason="bounce", at=NOON)))
    table.write(Create(keys.state("stranger"), State(lead="stranger")))


def test_reach_is_judged_by_the_rules_of_sending(table: Table) -> None:
    an_audience(table)
    found = estimate(AUTUMN, table, BUNDLE, KEY, NOON, most=1000)
    assert (found.leads, found.reached) == (7, 1)
    assert found.refused == Counter(
        {
            "no consent": 1,
            "bounced": 1,
            "capped": 1,
            "policy: tag rival": 1,
            "opted out in Salesforce": 1,
            "suppressed": 1,
        }
    )


@pytest.mark.usefixtures("japanese")
def test_campaign_is_shown_before_it_begins(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    an_audience(table)
    command.show("autumn")
    out = capsys.readouterr().out
    for words in (
        "秋の便り（autumn） の状態: 未予約",
        "件名: 「…様へ」",
        "宛先: セグメント「everyone」",
        "開始: 2026-11-22",
        "1 時間に 60 通まで: 最後の 1 通は、最初から約 ",
        "いま送ると 7 人中 1 人に届きます。",
        "  1  同意がない",
        "  1  配信禁止のアドレス",
        "  1  配信数の上限",
        "予約するには: ripen campaign schedule autumn",
    ):
        assert words in out
    command.show("autumn", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["reach"]["leads"], told["reach"]["reached"]) == (None, 7, 1)


@pytest.mark.parametrize(("leads", "last"), [([], 0), (["a"], None)])
def test_last_mail_goes_at_the_pace_of_its_shard(leads: list[str], last: int | None) -> None:
    found = last_mail(AUTUMN, leads) / timedelta(minutes=1)
    assert found == last or 0 <= found < SHARDS
    assert last_mail(replace(AUTUMN, per_hour=None), leads) == timedelta()


def begun(table: Table, **counts: int) -> None:
    run = CampaignRun(name="autumn", bundle="bundle1", state=RunState.RUNNING, at=NOON, since=NOON, rest=NOON)
    table.write(Create(keys.campaign("autumn"), run), Add(keys.campaign_count("autumn", 0), counts))


def test_rates_have_their_base(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    begun(table, accepted=100, delivered=95, clicked=12, bounced=5, unsubscribed=1)
    command.show("autumn")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        "delivered 95 95.0% of 100 sent",
        "clicked 12 12.6% of 95 delivered",
        "bounced 5 5.0% of 100 sent",
        "unsubscribed 1 1.1% of 95 delivered",
        "reported as spam 0 0.0% of 95 delivered",
    ):
        assert line in lines


def test_rate_without_a_base_is_no_number(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    begun(table, accepted=3)
    command.show("autumn")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert {"delivered 0 0.0% of 3 sent", "clicked 0 –"} <= set(lines)


def test_people_who_clicked_are_counted_by_link(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    # given two people who clicked one link, once and twice, one of them another, and a machine
    for number, lead in enumerate(("one", "two")):
        id = campaign_send_id("autumn", lead)
        sent = {"campaign": True, "origin": "autumn", "state": SendState.ACCEPTED, "clicked": NOON}
        send = a_marketing_mail(id=id, lead=lead, **sent)
        table.write(Create(keys.state(lead), State(lead=lead)), Create(keys.send(lead, id), send))
        urls = ["/prices", "/prices", "/demo"][: 1 + 2 * number]
        clicks = [(url, Verdict.HUMAN) for url in urls] + [("/trap", Verdict.MACHINE)]
        for at, (url, verdict) in enumerate(clicks):
            facts = {"send": id, "url": url}
            click = an_activity(id=f"c{at}", lead=lead, kind=Kind.LINK_CLICKED, verdict=verdict, facts=facts)
            table.write(Create(keys.activity(lead, NOON, click.id), click))
    # when
    found = clicks_by_link("autumn", table)
    show_links(found, Console(width=80))
    # then
    assert found == Counter({"/prices": 2, "/demo": 1})
    assert "2  /prices" in capsys.readouterr().out
