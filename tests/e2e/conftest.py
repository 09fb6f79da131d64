"""One local cloud for all end-to-end tests, in a folder and on ports of its own."""

from collections.abc import Iterator

import pytest

from tests.e2e.cloud import Running, ripen, start


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("cloud")
    running = start(folder)
    yield running
    assert ripen(folder, "down").returncode == 0
