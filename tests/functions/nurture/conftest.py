"""A playbook that is live, and an engine that says what a test wants."""

import pytest

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.engine import Scene
from tests.builders import a_bundle
from tests.functions.nurture.applying import Says, engine
from tests.functions.wakeups import a_playbook


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
