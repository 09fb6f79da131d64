"""ripen rollback: back to what was live before."""

from copy import replace
from datetime import timedelta

import pytest

from cli.commands import rollback as back
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment
from ripen.lead.state import LatestEntry, State
from ripen.operations.publication import release
from ripen.operations.publication.publish import publish
from ripen.playbook.graph import SendStep
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack

LIVE = a_bundle()


@pytest.fixture
def stack(table: Table, clock: FakeClock) -> Stack:
    return a_stack(table, clock, LIVE)


@pytest.fixture
def published(stack: Stack, table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(back, "connect", lambda: stack)
    monkeypatch.setattr(release, "PROPAGATION_TIME", timedelta())
    for hash in ("aaa1", "bbb2"):
        publish(replace(LIVE, hash=hash), table, stack.playbook, stack.site, clock.now())
        clock.move(hours=1)
    return stack


def live(table: Table) -> str:
    row = table.get(keys.LIVE)
    assert row is not None
    return row.value.bundle


def test_rollback_makes_the_one_before_live_and_can_be_undone(published: Stack, table: Table) -> None:
    back.rollback(to="", show=False)
    assert live(table) == "aaa1"
    back.rollback(to="", show=False)
    assert live(table) == "bbb2"
    back.rollback(to="aaa", show=False)
    assert live(table) == "aaa1"


def test_rollback_says_who_is_on_the_way_to_a_mail_that_it_removes(
    published: Stack, table: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a playbook with one mail more, and a lead in its journey
    step = SendStep(id="send-news", email="news")
    journey = replace(LIVE.journeys["whitepaper"], first=step.id, steps=(step,))
    news = LIVE.emails | {"news": replace(LIVE.emails["case-study"], name="news")}
    more = replace(LIVE, hash="ccc3", emails=news, journeys={"whitepaper": journey})
    publish(more, table, published.playbook, published.site, clock.now())
    entry = Enrollment(lead="lead1", journey="whitepaper", key="k", entered=NOON, bundle="ccc3")
    entries = {"whitepaper": LatestEntry(key="k", at=NOON)}
    table.write(
        Create(keys.state("lead1"), State(lead="lead1", journeys=entries)),
        Create(keys.enrollment("lead1", "whitepaper", "k"), entry),
    )
    # when
    back.rollback(to="bbb", show=False)
    # then
    assert "1 person is in “whitepaper” on the way to the mail" in capsys.readouterr().out


def test_what_was_never_live_cannot_be_again(published: Stack, table: Table) -> None:
    with pytest.raises(Failure, match="'ccc'"):
        back.rollback(to="ccc", show=False)


def test_what_was_live_before_there_was_a_history_is_in_it(stack: Stack, table: Table) -> None:
    publish(replace(LIVE, hash="old1"), table, stack.playbook, stack.site, NOON)
    row = table.get(keys.PUBLISHED)
    assert row is not None
    assert [past.bundle for past in row.value.history] == ["old1"]
