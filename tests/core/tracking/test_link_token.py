"""Our own tokens are read back; all other texts are rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.ids import digest
from ripen.tracking.link_token import BadToken, Link, Purpose, read_token, sign_token

KEY = b"k" * 32
LINK = Link(digest("some send"), 3)


def test_token_is_read_back_and_has_48_characters() -> None:
    token = sign_token(KEY, Purpose.CLICK, LINK)
    assert len(token) == 48
    assert read_token(KEY, Purpose.CLICK, token) == LINK


def test_token_is_invalid_for_another_purpose() -> None:
    with pytest.raises(BadToken):
        read_token(KEY, Purpose.UNSUBSCRIBE, sign_token(KEY, Purpose.CLICK, LINK))


@given(place=st.integers(0, 35), bit=st.integers(0, 7))
def test_token_with_one_flipped_bit_is_rejected(place: int, bit: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    raw = bytearray(urlsafe_b64decode(sign_token(KEY, Purpose.CLICK, LINK)))
    raw[place] ^= 1 << bit
    with pytest.raises(BadToken):
        read_token(KEY, Purpose.CLICK, urlsafe_b64encode(raw).decode())


@given(st.text(max_size=60))
def test_any_other_text_is_rejected(text: str) -> None:
    with pytest.raises(BadToken):
        read_token(KEY, Purpose.CLICK, text)
