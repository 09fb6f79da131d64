"""Names are split where possible and kept as typed."""

import pytest

from ripen.lead.names import PersonName, looks_like_a_name, split_name


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


@pytest.mark.parametrize(
    "name",
    [
        "山田",
        "ヤマダ・タロウ",
        "佐々木",
        "髙﨑",
        "O'Neill",
        "Jean-Luc",
        "Martin Luther King Jr.",
        "Nguyễn",
        "María José",
        "김민수",
    ],
)
def test_names_of_people_look_like_names(name: str) -> None:
    assert looks_like_a_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "evil.example",
        "https",
        "www",
        "a@b",
        "Call 0900",
        "You won!",
        "Your account will be closed",
        "a/b",
        "{{ x }}",
        "口座。停止",
        "あ" * 21,
        "a" * 41,
        "a\nb: c",
        "ＷＷＷ．ＥＶＩＬ．ＣＯＭ",
        "1",
        "😀",
    ],
)
def test_messages_and_addresses_do_not_look_like_names(text: str) -> None:
    assert not looks_like_a_name(text)
