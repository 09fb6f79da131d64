"""Rows are named by the beginning of one id, or all at once."""

import pytest

from ripen.failure import Failure
from ripen.operations.choice import choose
from ripen.words import Words

WAITING = {"abc1": 1, "abd2": 2, "xyz3": 3}
NOUNS = Words("held mails", "保留中のメール")


@pytest.mark.parametrize(("id", "chosen"), [("abc", [1]), ("abc1", [1]), ("x", [3]), ("all", [1, 2, 3])])
def test_one_row_is_named_by_the_beginning_of_its_id_and_every_row_by_all(id: str, chosen: list[int]) -> None:
    assert choose(WAITING, id, NOUNS, "ripen held") == chosen


@pytest.mark.parametrize(("id", "said"), [("ab", "2 held mails"), ("abc12", "No held mails"), ("bc1", "No held mails")])
def test_an_id_that_fits_several_rows_or_none_is_refused(id: str, said: str) -> None:
    with pytest.raises(Failure, match=f"{said} have ids that begin with '{id}'"):
        choose(WAITING, id, NOUNS, "ripen held")
