"""Phone numbers are parsed as people write them and kept in E.164."""

import pytest

from ripen.lead.phone import phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("03-1234-5678", "+81312345678"),
        ("０３－１２３４－５６７８", "+81312345678"),
        ("03ー1234ー5678", "+81312345678"),
        ("(03)1234-5678", "+81312345678"),
        ("03-1234-5678(代)", "+81312345678"),
        ("代表03-1234-5678", "+81312345678"),
        ("090 1234 5678", "+819012345678"),
        ("+81 3 1234 5678", "+81312345678"),
        ("03-1234-5678 内線123", "+81312345678;ext=123"),
        ("03-1234-5678（内線：１２３）", "+81312345678;ext=123"),
        ("+1 650 253 0000 ext 5", "+16502530000;ext=5"),
        ("0120-444-444", "+81120444444"),
    ],
)
def test_number_is_kept_in_e164(typed: str, kept: str) -> None:
    assert phone(typed) == kept


@pytest.mark.parametrize("typed", ["なし", "03-12", "営業部まで", "99999999999999999999", "-"])
def test_text_that_is_no_number_is_kept_as_typed(typed: str) -> None:
    assert phone(typed) == typed
