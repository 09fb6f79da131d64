"""One set of stand-ins for all fault tests: starting them costs more than a story."""

from collections.abc import Iterator

import pytest

from tests.support.lead_story import World, a_world


@pytest.fixture(scope="session")
def the_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from a_world(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def world(the_world: World) -> World:
    the_world.begin()
    return the_world
