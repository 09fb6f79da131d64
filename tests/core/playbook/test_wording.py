"""Names, greetings, phone numbers and dates as Japanese and English readers expect them."""

from datetime import UTC, datetime

import pytest

from ripen.playbook.wording import display_phone, full_name, greeting, long_date, with_honorific
from tests.support.builders import a_lead


def test_japanese_name_has_the_family_name_first_in_any_language() -> None:
    assert full_name(a_lead(last_name="山田", first_name="太郎", locale="en")) == "山田 太郎"
    assert full_name(a_lead(last_name="髙﨑", first_name="ﾊﾅｺ")) == "髙﨑 ﾊﾅｺ"
    assert full_name(a_lead(last_name="𠮷野", first_name="Ken")) == "𠮷野 Ken"


def test_latin_name_has_the_given_name_first() -> None:
    assert full_name(a_lead(last_name="Yamada", first_name="Hanako")) == "Hanako Yamada"
    assert full_name(a_lead(last_name="Yamada", first_name="")) == "Yamada"
    assert full_name(a_lead(last_name="", first_name="")) == ""


@pytest.mark.parametrize(
    ("last", "first", "ja", "en"),
    [
        ("山田", "太郎", "山田 太郎 様", "Dear 山田 太郎,"),
        ("山田", "", "山田 様", "Dear 山田,"),
        ("山田様", "", "山田 様", "Dear 山田様,"),
        ("Yamada", "Hanako", "Hanako Yamada 様", "Dear Hanako Yamada,"),
    ],
)
def test_lead_with_a_name_is_greeted_by_name(last: str, first: str, ja: str, en: str) -> None:
    lead = a_lead(last_name=last, first_name=first)
    assert greeting(lead, "ja") == ja
    assert greeting(lead, "en") == en


@pytest.mark.parametrize(
    ("name", "honoured"),
    [
        ("山田 太郎", "山田 太郎 様"),
        ("山田さん", "山田 様"),
        ("ﾔﾏﾀﾞ", "ﾔﾏﾀﾞ 様"),
        ("Jane Smith", "Jane Smith"),
        ("Jane Smith 様", "Jane Smith"),
    ],
)
def test_only_a_name_in_an_east_asian_script_gets_an_honorific(name: str, honoured: str) -> None:
    assert with_honorific(name) == honoured


def test_lead_without_a_name_is_greeted_as_person_in_charge() -> None:
    lead = a_lead(last_name="", first_name="", company="株式会社サンプル")
    assert greeting(lead, "ja") == "株式会社サンプル\nご担当者様"
    assert greeting(lead, "en") == "Hello,"
    assert greeting(a_lead(last_name=" ", first_name="", company=""), "ja") == "ご担当者様"


@pytest.mark.parametrize("name", ["http://evil.example", "Win at www.evil.example", "a@b.example", "あ" * 41, "a\nb"])
def test_text_that_is_no_name_is_not_used_in_the_greeting(name: str) -> None:
    assert greeting(a_lead(last_name=name, first_name="", company=""), "ja") == "ご担当者様"
    assert greeting(a_lead(last_name="", first_name="", company=name), "ja") == "ご担当者様"
    assert greeting(a_lead(last_name=name, first_name=""), "en") == "Hello,"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+81312345678", "03-1234-5678"),
        ("+819012345678", "090-1234-5678"),
        ("+81120123456", "0120-123-456"),
        ("+81312345678;ext=12", "03-1234-5678 (内線 12)"),
        ("+16502530000", "+1 650-253-0000"),
        ("+16502530000;ext=7", "+1 650-253-0000 ext. 7"),
        ("内線 5 まで", "内線 5 まで"),
        ("+not a number", "+not a number"),
        ("", ""),
    ],
)
def test_phone_number_is_shown_as_people_dial_it(stored: str, shown: str) -> None:
    assert display_phone(stored) == shown


def test_date_is_in_the_given_time_zone() -> None:
    late = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert long_date(late, "ja", "Asia/Tokyo") == "2026年11月21日"
    assert long_date(late, "en", "UTC") == "20 November 2026"
