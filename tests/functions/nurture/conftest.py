"""A live playbook, and an engine that returns the effects that a test wants."""

import pytest

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.journey.context import JourneyContext
from ripen.playbook.retention import Retention
from tests.support.builders import a_bundle
from tests.support.scripted_engine import Says, script_engine
from tests.support.sqs_events import a_playbook


@pytest.fixture
def playbook(table: Table) -> Playbook:
    return a_playbook(table, a_bundle(keep=Retention(mails=730)))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[JourneyContext]:
    """The contexts that the engine was given; it returns no effects."""
    contexts: list[JourneyContext] = []
    script_engine(monkeypatch, (), contexts)
    return contexts


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Has the engine return these effects, and wait an hour."""
    return lambda *effects: script_engine(monkeypatch, effects, [])
