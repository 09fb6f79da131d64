"""Japanese sentences have no space between two Japanese words, and quotation marks are nested."""

import re

import pytest

from ripen.operations.phrases import codes, say
from ripen.words import Words, filled, quoted

WORD = Words("{} and", "メール {subject} の {step} を送った")


@pytest.mark.parametrize(
    ("subject", "step", "japanese"),
    [
        ("リード", "手順", "メールリードの手順を送った"),
        ("Lead", "3", "メール Lead の 3 を送った"),
        ("「Lead」", "「3」", "メール「Lead」の「3」を送った"),
        ("山田 太郎", "秋 a", "メール山田 太郎の秋 a を送った"),
        ("", "手順", "メールの手順を送った"),
    ],
)
def test_a_space_stays_beside_latin_letters_only(subject: str, step: str, japanese: str) -> None:
    assert filled(WORD, {"subject": subject, "step": step}, "ja") == japanese


def test_an_english_sentence_keeps_its_spaces() -> None:
    sentence = Words("sent {subject} to {step}", "")
    assert filled(sentence, {"subject": "「秋」", "step": "山田"}, "en") == "sent 「秋」 to 山田"


@pytest.mark.parametrize("fact", ["リード", "「秋の便り」", "（新規）"])
@pytest.mark.parametrize("code", codes())
def test_no_sentence_has_a_space_between_japanese_words(code: str, fact: str) -> None:
    names = [
        "subject",
        "reason",
        "step",
        "until",
        "by",
        "status",
        "kind",
        "written",
        "changes",
        "why",
        "before",
        "after",
        "details",
    ]
    text = say(code, dict.fromkeys(names, fact), "ja")
    assert not re.search(r"[\u3041-\u30ff\u4e00-\u9fff「」（）] [\u3041-\u30ff\u4e00-\u9fff「」（）]", text)


def test_quotation_marks_within_a_name_are_inner_ones() -> None:
    title = Words("The guide “Five steps”", "ガイド「5つの手順」")
    assert quoted(title) == ("“The guide ‘Five steps’”", "「ガイド『5つの手順』」")
