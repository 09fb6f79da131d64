"""Names and companies: split, kept as typed, compared loosely."""

import pytest

from ripen.names import PersonName, company_hint, company_key, loosely, split_name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("山田 太郎", PersonName("山田", "太郎")),
        ("山田　太郎", PersonName("山田", "太郎")),
        ("　山田　　太郎 ", PersonName("山田", "太郎")),
        ("髙﨑 邊", PersonName("髙﨑", "邊")),
        ("山田太郎", PersonName("山田太郎", sure=False)),
        ("山田 太郎 次郎", PersonName("山田", "太郎 次郎", sure=False)),
        ("Hanako Yamada", PersonName("Yamada", "Hanako")),
        ("Anna Maria Berg", PersonName("Berg", "Anna Maria", sure=False)),
        ("Cher", PersonName("Cher", sure=False)),
        ("ヤマダ タロウ", PersonName("ヤマダ", "タロウ")),
        ("", PersonName("", sure=False)),
    ],
)
def test_a_full_name_is_split_at_its_space(full: str, name: PersonName) -> None:
    assert split_name(full) == name


def test_old_letters_match_but_only_loosely() -> None:
    assert loosely("髙﨑 渡邊") == loosely("高崎渡辺")
    assert loosely("ＹＡＭＡＤＡ") == loosely("yamada")
    assert loosely("山田") != loosely("川田")


@pytest.mark.parametrize(
    "typed", ["株式会社サンプル", "㈱サンプル", "(株)サンプル", "（株）サンプル", "株式会社　ｻﾝﾌﾟﾙ"]
)
def test_one_company_has_one_key_however_it_is_typed(typed: str) -> None:
    assert company_key(typed) == company_key("株式会社サンプル")


def test_a_company_with_its_kind_behind_is_another_one_but_worth_asking_about() -> None:
    assert company_key("サンプル㈱") == company_key("サンプル株式会社")
    assert company_key("サンプル株式会社") != company_key("株式会社サンプル")
    assert company_hint("サンプル株式会社") == company_hint("株式会社サンプル") == "サンプル"
    assert company_key("有限会社サンプル") != company_key("株式会社サンプル")


def test_western_companies_match_without_their_punctuation() -> None:
    assert company_key("Sample Co., Ltd.") == company_key("SAMPLE CO LTD")
    assert company_key("Sample Inc.") != company_key("Sample Ltd.")
    assert company_hint("Sample Inc.") == company_hint("Sample Co., Ltd.") == "sample"


def test_a_company_that_is_called_like_its_kind_keeps_a_key() -> None:
    assert company_key("株式会社") != ""
    assert company_hint("株式会社") != ""
