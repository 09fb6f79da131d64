"""The nonce of a form: only ours counts, and only if a person could have filled in the form since."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.capture.form_nonce import sign_nonce, was_shown
from tests.support.fakes import NOON

KEY = b"n" * 32
OURS = sign_nonce(KEY, "0123456789abcdef", NOON)


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (timedelta(seconds=1), False),
        (timedelta(seconds=2), True),
        (timedelta(days=1), True),
        (timedelta(days=1, seconds=1), False),
        (timedelta(seconds=-5), False),
    ],
)
def test_a_form_takes_two_seconds_to_a_day_to_fill_in(later: timedelta, shown: bool) -> None:
    assert was_shown(KEY, OURS, NOON + later) is shown


@pytest.mark.parametrize("wrong", ["", "n1", OURS[:-1] + "~", "7" + OURS[1:], OURS.replace("0123", "4567"), OURS + "x"])
def test_a_nonce_that_we_did_not_make_is_not_ours(wrong: str) -> None:
    assert not was_shown(KEY, wrong, NOON + timedelta(minutes=1))


def test_without_a_key_no_nonce_is_ours() -> None:
    assert not was_shown(b"", sign_nonce(b"", "x", NOON), NOON + timedelta(minutes=1))
    assert not was_shown(b"other", OURS, NOON + timedelta(minutes=1))


@given(st.text())
def test_any_text_is_no_nonce(text: str) -> None:
    assert not was_shown(KEY, text, NOON)
