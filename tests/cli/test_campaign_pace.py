"""A campaign's pace in words: its canary first, and how long each part takes."""

from copy import replace
from datetime import timedelta

from cli.output.campaign import pace_words
from tests.support.builders import a_campaign

PLAIN = replace(a_campaign(), per_hour=None, canary=0, canary_seconds=0)
FEW = timedelta(seconds=20)


def test_a_canary_is_named_with_its_wait() -> None:
    careful = replace(PLAIN, canary=0.1, canary_seconds=7200)
    assert pace_words(careful, FEW).startswith("First to 10% of the audience, to the rest 2 h later, unless it halts. ")
    assert pace_words(replace(careful, per_hour=5000), FEW).endswith("Each part within a minute or two.")


def test_without_a_canary_only_the_pace_is_named() -> None:
    assert pace_words(PLAIN, FEW) == "All as fast as possible."
    assert pace_words(replace(PLAIN, per_hour=5000), FEW) == "All within a minute or two."
