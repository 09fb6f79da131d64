"""ripen clock: spans of time, and the walk from due time to due time."""

from datetime import timedelta

import pytest

from cli.commands.time import span
from cli.failure import Failure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+3d", timedelta(days=3)),
        ("+2h", timedelta(hours=2)),
        ("30m", timedelta(minutes=30)),
        ("+90s", timedelta(seconds=90)),
        ("+1d12h", timedelta(days=1, hours=12)),
    ],
)
def test_a_span_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    assert span(text) == expected


@pytest.mark.parametrize("text", ["-3d", "3", "+3 days", "d", "+3w", "tomorrow"])
def test_anything_else_is_a_clear_failure(text: str) -> None:
    with pytest.raises(Failure) as failed:
        span(text)
    assert "+3d" in failed.value.next_step
