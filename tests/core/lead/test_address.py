"""E-mail addresses: each has one spelling, valid ones are accepted, others rejected with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.errors import Rejected
from ripen.lead.address import NOT_AN_ADDRESS, NOT_ASCII, TOO_LONG, address_hash, domain, kind, normalise


@pytest.mark.parametrize(
    "typed",
    [
        "hanako@example.co.jp",
        " hanako@example.co.jp\n".strip("\n"),
        "　hanako@example.co.jp　",
        "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ",
        "hanako＠example.co.jp",
        "hanako@example。co。jp",
        "Hanako@EXAMPLE.co.JP",
        "hanako @ example.co.jp",
        "mailto:hanako@example.co.jp?subject=hi",
        '"山田 花子" <hanako@example.co.jp>',
        "hanako@example.co.jp\u200b",
        "\ufeffhanako@example.co.jp",
        "hanako@example.co.jp.",
        "hanako@example.co.jp。",
        "\x0bhanako@example.co.jp\x03",
    ],
)
def test_all_spellings_of_an_address_are_normalised_to_one(typed: str) -> None:
    assert normalise(typed) == "hanako@example.co.jp"


@pytest.mark.parametrize("typed", ["info@日本語.jp", "info@XN--WGV71A119E.jp", "info@日本語。ＪＰ"])
def test_a_japanese_domain_becomes_punycode(typed: str) -> None:
    assert normalise(typed) == "info@xn--wgv71a119e.jp"


@pytest.mark.parametrize(
    "real",
    [
        "a..b@docomo.ne.jp",
        "a.@ezweb.ne.jp",
        ".a@docomo.ne.jp",
        "-a-@softbank.ne.jp",
        "a..b.@t.vodafone.ne.jp",
        "a.@au.com",
    ],
)
def test_irregular_carrier_address_is_accepted(real: str) -> None:
    assert normalise(real) == normalise(real.upper()) == real
    assert kind(real) == "free"


@pytest.mark.parametrize("wrong", ["a..b@example.com", "a.@example.com", "a b@docomo.ne.jp", "@docomo.ne.jp"])
def test_irregular_address_of_another_domain_is_rejected(wrong: str) -> None:
    with pytest.raises(Rejected) as caught:
        normalise(wrong)
    assert (caught.value.reason, caught.value.field) == (NOT_AN_ADDRESS, "email")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hanako",
        "hanako@",
        "@example.com",
        "hanako@example",
        "a@b@example.com",
        "hanako@exa mple.com",
        "hanako@example.com\r\nBcc: x@example.com",
        "hanako\x00@example.com",
        "hanako@example.com\ud800",
        '"a b"@example.com',
        "hanako@[127.0.0.1]",
        "hanako@-example.com",
        "a@b.com,c@d.com",
        "hanako@example..com",
    ],
)
def test_invalid_address_is_rejected(wrong: str) -> None:
    with pytest.raises(Rejected) as caught:
        normalise(wrong)
    assert (caught.value.reason, caught.value.field, caught.value.status) == (NOT_AN_ADDRESS, "email", 400)


def test_non_ascii_local_part_is_rejected_with_its_own_reason() -> None:
    with pytest.raises(Rejected) as caught:
        normalise("花子@example.com")
    assert caught.value.reason == NOT_ASCII


def test_local_part_has_at_most_64_characters() -> None:
    assert normalise("a" * 64 + "@example.com") == "a" * 64 + "@example.com"
    with pytest.raises(Rejected) as caught:
        normalise("a" * 65 + "@example.com")
    assert caught.value.reason == TOO_LONG


@given(st.text(max_size=80) | st.from_regex(r"[^@]{1,20}@[^@]{1,20}\.[a-z]{2,3}", fullmatch=True))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        email = normalise(text)
    except Rejected:
        return
    assert normalise(email) == email
    assert email.isascii()
    assert email.isprintable()


@pytest.mark.parametrize(
    ("email", "whose"),
    [
        ("a@gmail.com", "free"),
        ("a@yahoo.co.jp", "free"),
        ("info@gmail.com", "free"),
        ("info@example.co.jp", "role"),
        ("sales+jp@example.co.jp", "role"),
        ("hanako@example.co.jp", "company"),
        ("information@example.co.jp", "company"),
        ("a@notgmail.com", "company"),
        ("a@notdocomo.ne.jp", "company"),
    ],
)
def test_kind_of_address(email: str, whose: str) -> None:
    assert kind(email) == whose


def test_domain_is_the_part_after_the_at_sign() -> None:
    assert domain("hanako@example.co.jp") == "example.co.jp"


def test_hash_depends_on_the_key_and_hides_the_address() -> None:
    one = address_hash(b"k" * 32, "hanako@example.co.jp")
    assert one == address_hash(b"k" * 32, "hanako@example.co.jp")
    assert one != address_hash(b"x" * 32, "hanako@example.co.jp")
    assert len(one) == 26
