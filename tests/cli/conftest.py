"""Fixtures of the command line's tests."""

import pytest

from cli.output import language


@pytest.fixture
def japanese() -> None:
    """The command line speaks Japanese."""
    language.use("ja")
