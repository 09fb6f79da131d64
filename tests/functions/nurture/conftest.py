"""A playbook that is live, and an engine that says what a test wants."""

import pytest

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.journey.engine import Scene
from tests.support.builders import a_bundle
from tests.support.engine_says import Says, engine
from tests.support.sqs_events import a_playbook


@pytest.fixture
def playbook(table: Table) -> Playbook:
    return a_playbook(table, a_bundle())


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Scene]:
    """The scenes that the engine was shown; it says nothing."""
    scenes: list[Scene] = []
    engine(monkeypatch, (), scenes)
    return scenes


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Has the engine say these effects, and wait an hour."""
    return lambda *effects: engine(monkeypatch, effects, [])
