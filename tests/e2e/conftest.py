"""One local cloud for all end-to-end tests, in a folder and on ports of its own."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.e2e.cloud import Running, ripen, start


@pytest.fixture(scope="session")
def cloud() -> Iterator[Running]:
    with TemporaryDirectory(prefix="ripen-", ignore_cleanup_errors=True) as folder:
        running = start(Path(folder))
        yield running
        assert ripen(running.folder, "down").returncode == 0
