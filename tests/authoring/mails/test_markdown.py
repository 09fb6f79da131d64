"""Markdown of a mail, as people write it in Japanese and English."""

import pytest

from ripen_authoring.mails.markdown import PLACE, to_mjml


def words(text: str) -> str:
    """Return the only paragraph of the text in HTML."""
    return to_mjml(text, PLACE).removeprefix("<mj-text>").removesuffix("</mj-text>")


@pytest.mark.parametrize(
    "text",
    [
        "*重要：*必ずご確認ください。",
        "参加費は*「無料」*です。",
        "*開催日時（12月10日）*をご確認ください。",
        "*【受付中】*ウェビナー",
        "定員は*30名！*お早めに。",
        "今なら*50%*オフ、*¥10,000*です。",
        "*これは太字です。*ここは違います。",
        "*“引用”*と*待って…*ください",
        "詳しくは*[こちら](https://a.example)*から。",
        "Git*（初心者向け）*の*「.NET」*と*C#*や*F#*",
        "*葛󠄀（くず）*と*﨑(崎)*と*한국어(조선말)*은",
        "*お得！*🎉",
        "It is *important*: *see* (*here*).",
    ],
)
def test_emphasis_needs_no_spaces_in_japanese(text: str) -> None:
    bold, struck = words(text.replace("*", "**")), words(text.replace("*", "~~"))

    assert (bold.count("<strong>"), struck.count("<s>")) == (text.count("*") / 2,) * 2
    assert "*" not in bold and "~" not in struck


@pytest.mark.parametrize("text", ["**注意!**Sales", "5 ** 3 ** 2", "snake_case_name", "数値_a_です", "価格~100~200円"])
def test_other_marks_stay_as_commonmark_says(text: str) -> None:
    assert words(text) == text


def test_line_break_is_no_space_between_japanese_characters() -> None:
    assert words("ウェビナーの\n**ご案内**です。\nSee you\nthere.\\\n以上") == (
        "ウェビナーの<strong>ご案内</strong>です。\nSee you\nthere.<br />\n以上"
    )


def test_table_has_lines_and_keeps_its_alignment() -> None:
    made = to_mjml("| 項目 | 価格 |\n|---|--:|\n| **基本** | {{ entry.price | default: '1' }} |\n", PLACE)

    assert made.startswith("<mj-table>") and made.endswith("</mj-table>")
    assert made.count("<th ") == made.count("<td ") == 2
    assert made.count("border-bottom:1px solid") == 4
    assert made.count("text-align:right") == 2 and made.count("text-align:left") == 2
    assert "<strong>基本</strong>" in made and "{{ entry.price | default: '1' }}" in made
