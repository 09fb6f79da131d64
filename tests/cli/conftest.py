"""Fixtures of the command line's tests."""

from collections.abc import Iterator

import pytest

from cli.output import language


@pytest.fixture
def japanese() -> Iterator[None]:
    """The command line speaks Japanese."""
    language.use("ja")
    yield
    language.use(None)
