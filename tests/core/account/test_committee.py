"""A title suggests the role of a person in the buying committee."""

import pytest

from ripen.account.committee import Role, roles

TITLES = {
    "decider": """代表取締役 社長 副社長 会長 取締役営業部長 執行役員 部長 本部長 最高技術責任者
        ＣＴＯ CTO兼開発責任者 CEO VP SVP Director President Vice-President""",
    "user": """課長 課長代理 部長代理 部長補佐 副部長 副本部長 次長 係長 主任 担当 社長室 CEO室 社長秘書 取締役会事務局
        マネージャー Manager Doctor""",
    "budget": "経理課長 購買担当 Controller Buyer",
}


@pytest.mark.parametrize(("title", "role"), [(title, role) for role, some in TITLES.items() for title in some.split()])
def test_a_title_suggests_a_role(title: str, role: str) -> None:
    assert roles(title) == {Role(role)}


@pytest.mark.parametrize("title", ["CFO", "財務部長", "Chief Financial Officer", "Head of Procurement"])
def test_some_decide_and_pay(title: str) -> None:
    assert roles(title) == {Role.DECIDER, Role.BUDGET}


def test_the_department_shows_who_holds_the_budget() -> None:
    assert roles("課長", "経理部") == {Role.BUDGET}


def test_an_assistant_decides_nothing() -> None:
    assert roles("Assistant to the CEO") == {Role.USER}


def test_nothing_is_guessed_without_a_title() -> None:
    assert roles(" ", "経理部") == frozenset()
