"""A published playbook is in force for all functions at the same moment: no activity is judged by two of them."""

from copy import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import boto3
import pytest
from rich.console import Console

from cli.stack import in_force
from cli.stack.stack import Stack
from ripen.adapters import playbook as adapter
from ripen.adapters.playbook import PROPAGATION_TIME, Playbook
from ripen.adapters.table import Table, keys
from ripen.failure import Failure
from ripen.operations.publication import publish as publishing
from ripen.operations.publication import release as releasing
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import FORMAT, Bundle
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack

OLD, NEW = replace(a_bundle(), hash="old"), replace(a_bundle(), hash="new")
SITE = "https://site.example"


class RealTime:
    """What the machines' clocks say, wherever ours was moved to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self, zone: object = UTC) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> RealTime:
    time = RealTime()
    for module in (adapter, publishing, in_force):
        monkeypatch.setattr(module, "datetime", time)
    monkeypatch.setattr(adapter, "monotonic", lambda: time.seconds)
    monkeypatch.setattr(in_force, "sleep", lambda seconds: setattr(time, "seconds", time.seconds + seconds))
    return time


@pytest.fixture
def stack(table: Table, clock: FakeClock, time: RealTime) -> Stack:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    stack = replace(a_stack(table, clock, OLD), playbook=Playbook(table, "bucket", s3))
    publish(OLD, table, stack.playbook, SITE, NOON, PROPAGATION_TIME)
    return stack


def a_function(stack: Stack) -> Playbook:
    """Another process, which has seen nothing yet."""
    return Playbook(stack.table, "bucket", boto3.client("s3"))


def make_live(bundle: Bundle, stack: Stack) -> bool:
    """As ripen publish does."""
    wait = in_force.wait_with(Console(file=StringIO()))
    return releasing.release(bundle, stack.table, stack.playbook, stack.site, stack.clock, wait).is_new


def test_all_functions_change_over_at_one_moment_whenever_they_looked(stack: Stack, time: RealTime) -> None:
    # given functions that looked at the pointer at different times, one just before
    functions, seen = [a_function(stack) for _ in range(6)], list[set[str]]()
    for second, function in enumerate(functions):
        time.seconds = second
        function.live()
    published = time.seconds
    assert publish(NEW, stack.table, stack.playbook, SITE, NOON, PROPAGATION_TIME)
    # when time passes
    for tenth in range(100):
        time.seconds = published + tenth / 10
        seen.append({function.live().bundle.hash for function in [*functions, a_function(stack)]})
    # then they are of one mind at every moment
    assert seen == [{"old"}] * 60 + [{"new"}] * 40


def test_the_first_playbook_is_in_force_at_once(stack: Stack) -> None:
    assert a_function(stack).live().bundle.hash == "old"


def test_whoever_publishes_is_told_when_it_is_in_force(stack: Stack, time: RealTime) -> None:
    assert make_live(NEW, stack)
    assert time.seconds == PROPAGATION_TIME.total_seconds()
    assert a_function(stack).live().bundle.hash == "new"
    # and the same again is nothing to wait for
    assert not make_live(NEW, stack)
    assert time.seconds == PROPAGATION_TIME.total_seconds()


def test_nobody_publishes_while_another_playbook_is_on_its_way(stack: Stack, time: RealTime) -> None:
    publish(NEW, stack.table, stack.playbook, SITE, NOON, PROPAGATION_TIME)
    with pytest.raises(Failure, match="at the same moment"):
        make_live(replace(NEW, hash="newer"), stack)
    time.seconds += PROPAGATION_TIME.total_seconds()
    assert make_live(replace(NEW, hash="newer"), stack)
    # and all of them can be gone back to
    past = stack.table.get(keys.PUBLISHED)
    assert past
    assert [live.bundle for live in past.value.history] == ["old", "new", "newer"]


def test_the_playbook_before_the_live_one_is_known_once_that_is_in_force(stack: Stack, time: RealTime) -> None:
    one = a_function(stack)
    assert one.before() is None
    publish(NEW, stack.table, stack.playbook, SITE, NOON, PROPAGATION_TIME)
    time.seconds += PROPAGATION_TIME.total_seconds() - 0.5
    assert (one.live().bundle.hash, one.before()) == ("old", None)
    time.seconds += 1
    assert (one.live().bundle.hash, one.before()) == ("new", OLD)


def test_playbook_that_the_functions_cannot_read_is_not_published(stack: Stack, time: RealTime) -> None:
    newer = replace(NEW, format=FORMAT + 1)
    with pytest.raises(Failure, match=f"format {FORMAT + 1}, and the deployed functions read {FORMAT}") as failed:
        make_live(newer, stack)
    assert "make deploy" in failed.value.next_step
    assert stack.playbook.live().bundle == OLD
