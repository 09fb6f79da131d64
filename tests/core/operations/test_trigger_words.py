"""What enrols leads in a journey, in words."""

from typing import get_args

import pytest

from ripen.operations.playbook_words.triggers import again_words, trigger_words
from ripen.playbook.clause import Condition
from ripen.playbook.graph import Again
from ripen.playbook.trigger import (
    OnActivity,
    OnDate,
    OnField,
    OnRank,
    OnRequest,
    OnSchedule,
    OnSegment,
    Trigger,
)
from tests.support.builders import a_bundle

COMPANY = Condition(field="company", any_of=("ACME",))
CASES: list[tuple[Trigger, str, str]] = [
    (OnActivity(kind="form_submitted", subject="whitepaper"), "sent the form “White paper”", "「資料」を送信した"),
    (OnActivity(kind="form_submitted", subject="whitepaper", where=(COMPANY,)),
     "sent the form “White paper”, and company is “ACME”", "「資料」を送信した（会社名が「ACME」）"),
    (OnActivity(kind="campaign_joined", subject="Expo", where=(Condition(field="status", any_of=("Sent",)),)),
     "became a member of the Salesforce campaign “Expo” with the status “Sent”",
     "Salesforce キャンペーン「Expo」のメンバーになった（Sent）"),
    (OnActivity(kind="status_changed", where=(Condition(field="status", any_of=("Working",)),)),
     "got another status in Salesforce, and status is “Working”", "Salesforce で状況が変わった（状況が「Working」）"),
    (OnSegment(segment="vips"), "joined the segment “vips”", "セグメント「vips」に入った"),
    (OnRank(rank="hot"), "became hot", "ランクがホットになった"),
    (OnField(when=COMPANY), "changed so that company is “ACME”",
     "変更により、次に当てはまるようになった: 会社名が「ACME」"),
    (OnDate(field="renewal", offset_days=-90), "90 days before “renewal” at 09:00",
     "「renewal」の 90 日前の 09:00"),
    (OnSchedule(rrule="FREQ=WEEKLY", start="2026-12-07T09:00", segment="vips"),
     "is in the segment “vips” every Monday at 09:00", "毎週月曜 09:00 にセグメント「vips」にいる"),
    (OnRequest(), "another system asked for it", "ほかのシステムから登録が求められた"),
]  # fmt: skip


@pytest.mark.parametrize(("on", "english", "japanese"), CASES)
def test_trigger_is_said_in_both_languages(on: Trigger, english: str, japanese: str) -> None:
    assert trigger_words(on, a_bundle()) == (english, japanese)


def test_every_kind_of_trigger_is_said() -> None:
    assert {type(on) for on, _, _ in CASES} == set(get_args(Trigger))


@pytest.mark.parametrize(
    ("again", "english"),
    [
        (Again(), "never"),
        (Again(how="after exit"), "after it left"),
        (Again(how="by key"), "once for each value"),
        (Again(how="after", seconds=90 * 86400), "90 days after the last entry"),
    ],
)
def test_again_is_said_in_words(again: Again, english: str) -> None:
    assert again_words(again).en == english
