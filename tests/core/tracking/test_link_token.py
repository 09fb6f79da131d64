"""Signed links: what we made is read back; whatever else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.ids import digest
from ripen.tracking.link_token import BadToken, Link, Purpose, read, sign

KEY = b"k" * 32
LINK = Link(digest("some send"), 3)


def test_a_token_is_read_back_and_is_48_characters_long() -> None:
    token = sign(KEY, Purpose.CLICK, LINK)
    assert len(token) == 48
    assert read(KEY, Purpose.CLICK, token) == LINK


def test_a_token_is_worth_nothing_for_another_purpose() -> None:
    with pytest.raises(BadToken):
        read(KEY, Purpose.UNSUBSCRIBE, sign(KEY, Purpose.CLICK, LINK))


@given(place=st.integers(0, 35), bit=st.integers(0, 7))
def test_one_flipped_bit_is_refused(place: int, bit: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    raw = bytearray(urlsafe_b64decode(sign(KEY, Purpose.CLICK, LINK)))
    raw[place] ^= 1 << bit
    with pytest.raises(BadToken):
        read(KEY, Purpose.CLICK, urlsafe_b64encode(raw).decode())


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        read(KEY, Purpose.CLICK, text)
