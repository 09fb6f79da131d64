"""Our own tokens are read back; all other texts are rejected."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.ids import digest
from ripen.key_ring import Key, KeyRing
from ripen.tracking.link_token import (
    LONGEST_TOKEN,
    BadToken,
    Link,
    Purpose,
    read_bridge,
    read_token,
    sign_bridge,
    sign_token,
)
from ripen.tracking.visitor import Bridge
from tests.support.fakes import NOON

KEYS = KeyRing.of(b"k" * 32)
LEAD = "0123456789abcdef" * 2
LINK = Link(LEAD, digest("some send"), 3)


@pytest.mark.parametrize("lead", [LEAD, LEAD.upper(), "lead1", "あ"])
def test_token_is_read_back_whatever_the_id_of_the_lead(lead: str) -> None:
    link = Link(lead, LINK.send, 3)
    assert read_token(KEYS, Purpose.CLICK, sign_token(KEYS, Purpose.CLICK, link)) == link


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.REPLY])
@pytest.mark.parametrize("lead", [LEAD, "lead1"])
def test_link_number_is_only_in_the_token_of_a_click(purpose: Purpose, lead: str) -> None:
    token = sign_token(KEYS, purpose, Link(lead, LINK.send, 3))
    assert read_token(KEYS, purpose, token) == Link(lead, LINK.send, 0)


def test_address_of_a_reply_has_at_most_64_characters_before_its_at_sign() -> None:
    assert len("reply+" + sign_token(KEYS, Purpose.REPLY, LINK)) <= 64


@pytest.mark.parametrize("other", [each for each in Purpose if each is not Purpose.CLICK])
def test_token_is_invalid_for_another_purpose(other: Purpose) -> None:
    with pytest.raises(BadToken):
        read_token(KEYS, other, sign_token(KEYS, Purpose.CLICK, LINK))


def test_signature_of_a_click_cannot_be_cut_to_that_of_a_reply() -> None:
    raw = urlsafe_b64decode(sign_token(KEYS, Purpose.UNSUBSCRIBE, LINK) + "==")
    with pytest.raises(BadToken):
        read_token(KEYS, Purpose.UNSUBSCRIBE, urlsafe_b64encode(raw[:-8]).decode().rstrip("="))


@given(purpose=st.sampled_from(Purpose), place=st.integers(0, 200), bit=st.integers(0, 7))
def test_token_with_one_flipped_bit_is_rejected(purpose: Purpose, place: int, bit: int) -> None:
    token = sign_token(KEYS, purpose, LINK)
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(BadToken):
        read_token(KEYS, purpose, urlsafe_b64encode(raw).decode().rstrip("="))


@pytest.mark.parametrize("other", ["x" * 57, "*" * 60, "あ" * 60, sign_token(KEYS, Purpose.CLICK, LINK) + "****"])
def test_text_that_is_no_base64_is_rejected(other: str) -> None:
    with pytest.raises(BadToken):
        read_token(KEYS, Purpose.CLICK, other)


@given(st.text(max_size=80))
def test_any_other_text_is_rejected(text: str) -> None:
    with pytest.raises(BadToken):
        read_token(KEYS, Purpose.CLICK, text)


@pytest.mark.parametrize("purpose", Purpose)
def test_token_of_the_previous_key_is_read_after_a_rotation_and_an_older_one_is_not(purpose: Purpose) -> None:
    first, second, third = (Key(generation, bytes([generation]) * 32) for generation in (1, 2, 3))
    old = sign_token(KeyRing(first, (first,)), purpose, LINK)

    assert read_token(KeyRing(first, (second, first)), purpose, old).send == LINK.send
    assert read_token(KeyRing(second, (second, first)), purpose, old).send == LINK.send
    assert sign_token(KeyRing(second, (second, first)), purpose, LINK) != old
    with pytest.raises(BadToken):
        read_token(KeyRing(third, (third, second)), purpose, old)


def test_key_id_is_the_lowest_byte_of_the_generation() -> None:
    late = Key(513, b"k" * 32)
    token = sign_token(KeyRing(late, (late,)), Purpose.CLICK, LINK)

    assert urlsafe_b64decode(token + "=" * (-len(token) % 4))[1] == 1
    assert read_token(KeyRing(late, (late,)), Purpose.CLICK, token) == LINK


@pytest.mark.parametrize("lead", [LEAD, "lead1"])
def test_bridge_token_names_the_click_for_one_purpose_only(lead: str) -> None:
    bridge = Bridge(lead=lead, click=digest("click"), at=NOON)
    token = sign_bridge(KEYS, bridge)
    assert read_bridge(KEYS, token) == bridge
    assert len(token) <= LONGEST_TOKEN
    for other in (token[:-1] + "A", sign_token(KEYS, Purpose.CLICK, Link(lead, digest("click"), 3)), "", "x" * 60):
        with pytest.raises(BadToken):
            read_bridge(KEYS, other)
