"""ripen enrol shows who would be enrolled, and asks before it enrols."""

import sys
from copy import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from cli.commands import enrol as command
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.walk import Entries
from ripen.decision import Reason
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.address import address_hash
from ripen.lead.state import LatestEntry, State
from ripen.operations.journeys.enrollment_proposal import propose
from ripen.playbook.bundle import Segment
from ripen.playbook.graph import Again
from ripen.pointers import Pointer
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import KEY, a_stack
from tests.support.quick_dynamodb import QuickDynamoDB

EMAILS = [f"lead{number}@example.co.jp" for number in range(4)]
PROPOSED = """whitepaper: 4 leads{of}
  in it already: 1
  the journey refuses 2: entered recently
{unknown}  first mail: Your white paper (whitepaper-delivery)
"""


@pytest.fixture
def table(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Table:
    """Four leads: one is in the journey, one left it a day ago, one left it long ago, and one has never been in it.

    The states do not know yet that two have left it, as nothing happened to these leads afterwards.
    """
    client: Any = QuickDynamoDB()
    table = Table("table", client)
    entered = (timedelta(), timedelta(days=1), timedelta(days=99), None)
    for number, ago in enumerate(entered):
        lead, email = f"lead{number}", EMAILS[number]
        entry = LatestEntry(key="k", at=NOON - ago) if ago is not None else None
        state = State(lead=lead, segments=("everyone",), journeys={"whitepaper": entry} if entry else {})
        table.write(
            Create(keys.profile(lead), a_lead(id=lead, email=email)),
            Create(keys.state(lead), state),
            Create(keys.address(address_hash(KEY, email)), Pointer(lead=lead)),
        )
        if ago is not None:
            where = EnrollmentState.FINISHED if ago else EnrollmentState.ACTIVE
            enrollment = Enrollment(
                lead=lead, journey="whitepaper", key="k", entered=NOON - ago, bundle="b", state=where
            )
            table.write(Create(keys.enrollment(lead, "whitepaper", "k"), enrollment))
    bundle = a_bundle(segments={"everyone": Segment(name="everyone")})
    again = replace(bundle.journeys["whitepaper"], again=Again(how="after", seconds=86400 * 30))
    stack = a_stack(table, clock, replace(bundle, journeys={"whitepaper": again}))
    monkeypatch.setattr(command, "connect", lambda: stack)
    return table


def answer(text: str, monkeypatch: pytest.MonkeyPatch, *emails: str, segment: str = "", **changes: Any) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(text))
    command.enrol("whitepaper", list(emails), segment, **changes)


def asked(table: Table) -> int:
    return sum(len(list(table.under(f"lead{number}", "activity#"))) for number in range(4))


@pytest.mark.parametrize(
    ("emails", "segment", "of", "unknown"),
    [
        ([*EMAILS, "nobody@b.example"], "", "", "  addresses that belong to no lead (1): nobody@b.example\n"),
        ([], "everyone", " (segment everyone, as of now)", ""),
    ],
)
def test_the_journey_its_leads_and_the_first_mail_are_shown(
    emails: list[str],
    segment: str,
    of: str,
    unknown: str,
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer("n\n", monkeypatch, *emails, segment=segment)
    shown = capsys.readouterr().out
    assert shown.startswith(PROPOSED.format(of=of, unknown=unknown))
    assert "Nobody was enrolled." in shown
    assert asked(table) == 0


def test_answer_yes_enrols(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("y\n", monkeypatch, *EMAILS)
    assert asked(table) == 4


def test_without_an_answer_nobody_is_enrolled(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failure, match="Nothing was done") as failed:
        answer("", monkeypatch, *EMAILS)
    assert "--yes" in failed.value.next_step
    with pytest.raises(Failure, match="--json does not ask"):
        answer("y\n", monkeypatch, *EMAILS, as_json=True)
    assert asked(table) == 0


def test_only_a_lead_that_is_still_in_the_journey_is_refused_until_its_exit(table: Table) -> None:
    bundle = a_bundle()
    journey = replace(bundle.journeys["whitepaper"], again=Again(how="after exit"))
    entries = Entries(journey="whitepaper", segment="everyone", key="k2", by="mika", at=NOON)
    secrets = a_stack(table, FakeClock(NOON), bundle).secrets
    proposal = propose(entries, [], table, secrets, replace(bundle, journeys={"whitepaper": journey}), NOON)
    assert (proposal.leads, proposal.in_it, dict(proposal.refused)) == (4, 1, {Reason.STILL_IN_IT: 1})


@pytest.mark.usefixtures("japanese")
def test_the_question_speaks_japanese(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer("n\n", monkeypatch, *EMAILS)
    shown = capsys.readouterr().out
    assert "whitepaper: 4 人" in shown
    assert "すでに途中にいる人: 1 人" in shown
    assert "開始しない人: 2 人（最近開始したばかり）" in shown
    assert "登録しますか？" in shown
