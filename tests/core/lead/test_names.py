"""Names are split where possible and kept as typed."""

import pytest

from ripen.lead.names import PersonName, split_name


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
