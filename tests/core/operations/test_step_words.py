"""Steps of a journey in words."""

from typing import get_args

import pytest

from ripen.operations.playbook_words.steps import named_path, named_step, path_words, step_words
from ripen.playbook.clause import Did, Tagged
from ripen.playbook.graph import (
    BranchStep,
    CrmStep,
    EnrolStep,
    ExitStep,
    HandOffStep,
    JumpStep,
    LeaveStep,
    NotifyStep,
    Path,
    SendStep,
    Share,
    SplitStep,
    Step,
    Until,
    UpdateStep,
    WaitForStep,
    WaitPath,
    WaitStep,
    WebhookStep,
)
from tests.support.builders import a_bundle

BUNDLE = a_bundle()
BRANCH = BranchStep(id="b", paths=(Path(name="vip", when=Tagged(tag="vip")),))
LISTEN = WaitForStep(
    id="w",
    paths=(
        WaitPath(name="clicked case-study", when=Did(kind="link_clicked", subject="case-study")),
        WaitPath(name="after 4 business days at 10:00", after=Until(business_days=4, at="10:00")),
    ),
)


def wait(**until: object) -> WaitStep:
    return WaitStep(id="wait", until=Until(**until))  # type: ignore[arg-type]


CASES: list[tuple[Step, str, str]] = [
    (SendStep(id="s", email="whitepaper-delivery"), "send “Your white paper”", "「…様へ」を送信"),
    (wait(days=3), "wait 3 days", "3 日待つ"),
    (wait(seconds=7200), "wait 2 hours", "2 時間待つ"),
    (wait(business_days=1), "wait 1 business day", "1 営業日待つ"),
    (wait(days=2, at="19:00"), "wait 2 days, until 19:00", "2 日後の 19:00 まで待つ"),
    (wait(weekdays=(1,), at="10:00"), "wait until the next Tuesday at 10:00", "次の火曜日の 10:00 まで待つ"),
    (wait(field="renewal", offset_days=-7, at="09:00"), "wait until 7 days before “renewal” at 09:00",
     "「renewal」の 7 日前の 09:00 まで待つ"),
    (LISTEN, "wait for one of these", "次のどれかを待つ"),
    (BRANCH, "take the first path that fits", "条件で分岐"),
    (SplitStep(id="x", by="offer", paths=(Share(name="a"),)), "divide at random: offer", "無作為に振り分け: offer"),
    (UpdateStep(id="u", add_tags=("a",), points=15, stage="mql"),
     "add the tag “a”, give 15 points, set the stage to mql", "タグ「a」を付ける、+15 点、ステージを mql にする"),
    (CrmStep(id="c", task={"ja": "電話"}, campaign="Expo"), "Salesforce: a task, the campaign “Expo”",
     "Salesforce: ToDo、キャンペーン「Expo」"),
    (HandOffStep(id="h", text={}), "hand off to sales", "営業に引き渡し"),
    (NotifyStep(id="n", text={}), "post a message in Slack", "Slack に投稿"),
    (WebhookStep(id="h", url="https://a.example/x"), "call a.example", "a.example を呼び出し"),
    (EnrolStep(id="e", journey="whitepaper"), "enrol in “whitepaper”", "シナリオ「whitepaper」に登録"),
    (LeaveStep(id="l", journey="whitepaper"), "take out of “whitepaper”", "シナリオ「whitepaper」から外す"),
    (JumpStep(id="j", to="s"), "jump to s", "s へ移動"),
    (ExitStep(id="o"), "exit: exit step", "途中終了: 終了の手順"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "english", "japanese"), CASES)
def test_step_is_said_in_both_languages(step: Step, english: str, japanese: str) -> None:
    assert step_words(step, BUNDLE) == (english, japanese)


def test_every_kind_of_step_is_said() -> None:
    assert {type(step) for step, _, _ in CASES} == set(get_args(Step))


@pytest.mark.parametrize(
    ("step", "name", "english", "japanese"),
    [
        (BRANCH, "vip", "vip: has the tag “vip”", "vip: タグ「vip」がある"),
        (BRANCH, "else", "all others", "それ以外"),
        (LISTEN, "clicked case-study", "clicked a link in “…様へ”", "「…様へ」のリンクをクリックした"),
        (LISTEN, "after 4 business days at 10:00", "after 4 business days at 10:00", "4 営業日後の 10:00"),
        (wait(days=1), "otherwise", "without such a date, or when it is over", "日付がない、または過ぎている"),
    ],
)
def test_path_says_what_it_asks_for(step: Step, name: str, english: str, japanese: str) -> None:
    assert path_words(step, name, BUNDLE) == (english, japanese)


def test_step_of_an_older_version_is_called_by_its_id() -> None:
    assert named_step("whitepaper", "wait-3-days", BUNDLE) == ("wait 3 days", "3 日待つ")
    assert named_step("whitepaper", "gone", BUNDLE) == named_step("gone", "gone", BUNDLE) == ("gone", "gone")
    assert named_path("gone", "gone", "else", BUNDLE) == ("all others", "それ以外")
