"""Clauses in words, for people who did not write them."""

from typing import get_args

import pytest

from ripen.operations.playbook_words.clauses import clause_words
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen_authoring.building.clauses import KINDS
from ripen_authoring.models.activities import CRM_ACTIVITIES
from tests.support.builders import a_bundle

BUNDLE = a_bundle(segments={"vips": Segment(name="vips", title={"ja": "得意先", "en": "Best customers"})})
BOSS = Condition(field="job_title", contains=("部長", "director"))
CASES: list[tuple[Clause, str, str]] = [
    (BOSS, "job title contains “部長” or “director”", "役職に「部長」か「director」を含む"),
    (Condition(field="email_kind", any_of=("company",)), "kind of address is “a company's”",
     "アドレスの種類が「会社のアドレス」"),
    (Condition(field="rank", any_of=("warm", "hot")), "rank is “warm” or “hot”", "ランクが「ウォーム」か「ホット」"),
    (Condition(field="rank.product-x", any_of=("hot",)), "rank in the model “product-x” is “hot”",
     "モデル「product-x」でのランクが「ホット」"),
    (Condition(field="level", at_least=3), "level is at least 3", "レベルが 3 以上"),
    (Condition(field="total", at_least=50), "score is at least 50", "スコアが 50 以上"),
    (Condition(field="phone", present=False), "phone number is blank", "電話番号がない"),
    (Condition(field="shoe_size", present=True), "shoe_size is known", "shoe_sizeがある"),
    (Did(kind="form_submitted", subject="whitepaper"), "sent the form “White paper”", "「資料」を送信した"),
    (Did(kind="link_clicked", at_least=3, within_seconds=14 * 86400),
     "clicked a link in any mail at least 3 times in the last 14 days",
     "直近 14 日間にいずれかのメールのリンクを 3 回以上クリックした"),
    (Did(kind="page_viewed", subject="pricing", at_least=0, at_most=0, within_seconds=3600),
     "did not look at the page “pricing” in the last 1 hour", "直近 1 時間に「pricing」を見ていない"),
    (Belongs(segment="vips"), "is in the segment “Best customers”", "セグメント「得意先」にいる"),
    (Agreed(), "has agreed to marketing mail", "マーケティングメールに同意している"),
    (Not(clause=Tagged(tag="vip")), "does not have the tag “vip”", "タグ「vip」がない"),
    (Not(clause=Belongs(segment="vips")), "is not in the segment “Best customers”", "セグメント「得意先」にいない"),
    (Not(clause=Agreed()), "has not agreed to marketing mail", "マーケティングメールに同意していない"),
    (Not(clause=BOSS), "not: job title contains “部長” or “director”",
     "次に当てはまらない: 役職に「部長」か「director」を含む"),
    (Did(kind="page_read"), "read any page (for 3 seconds or more)", "いずれかのページを読んだ（3 秒以上）"),
    (AllOf(of=(Tagged(tag="a"), AnyOf(of=(Tagged(tag="b"), Tagged(tag="c"))))),
     "has the tag “a” and (has the tag “b” or has the tag “c”)",
     "タグ「a」がある、かつ（タグ「b」がある、またはタグ「c」がある）"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "english", "japanese"), CASES)
def test_clause_is_said_in_both_languages(clause: Clause, english: str, japanese: str) -> None:
    assert clause_words(clause, BUNDLE) == (english, japanese)


def test_every_kind_of_clause_is_said() -> None:
    assert {type(part) for clause, _, _ in CASES for part in (clause, *getattr(clause, "of", ()))} >= set(
        get_args(Clause)
    )


@pytest.mark.parametrize("kind", [str(kind) for kind in (*KINDS.values(), *CRM_ACTIVITIES.values())])
@pytest.mark.parametrize("at_least", [0, 1])
def test_every_activity_of_a_clause_has_words(kind: str, at_least: int) -> None:
    assert kind not in clause_words(Did(kind=kind, at_least=at_least), BUNDLE).ja
