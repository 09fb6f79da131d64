"""The steps of a journey and their paths in words."""

import re
from collections.abc import Sequence
from typing import assert_never
from urllib.parse import urlsplit

from ripen.operations.decision_words import reason_in_words
from ripen.operations.playbook_words.clauses import clause_words
from ripen.operations.playbook_words.fields import field_words
from ripen.operations.playbook_words.waits import end_words, wait_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import (
    BranchStep,
    CrmStep,
    EnrolStep,
    ExitStep,
    HandOffStep,
    Journey,
    JumpStep,
    LeaveStep,
    NotifyStep,
    Path,
    SendStep,
    SplitStep,
    Step,
    UpdateStep,
    WaitForStep,
    WaitPath,
    WaitStep,
    WebhookStep,
)
from ripen.playbook.paths import ANSWERED, ELSE, OTHERWISE, THEN, unique_path_names
from ripen.playbook.titles import quoted_title
from ripen.words import Words

_PATHS = {
    ELSE: Words("all others", "それ以外"),
    THEN: Words("when the time comes", "時刻になったら"),
    ANSWERED: Words("with an answer", "応答がある"),
}
_GENERATED = re.compile(r"(clicked|submitted|viewed|read|downloaded|replied|segment|consent|tag|after|path) ")
"""How the name of a path begins whose file gives it none (ripen_authoring.path_names)."""


def step_words(step: Step, bundle: Bundle) -> Words:
    """Return what the step does, in a few words."""
    match step:
        case WaitStep(until=until):
            return wait_words(until, bundle)
        case UpdateStep():
            return _update(step, bundle)
        case CrmStep():
            return _crm(step)
        case WaitForStep() | BranchStep() | SplitStep() | JumpStep() | ExitStep():
            return _path(step)
        case SendStep() | NotifyStep() | HandOffStep() | WebhookStep() | EnrolStep() | LeaveStep():
            return _deed(step, bundle)
        case _:
            assert_never(step)


def _deed(step: SendStep | NotifyStep | HandOffStep | WebhookStep | EnrolStep | LeaveStep, bundle: Bundle) -> Words:
    match step:
        case SendStep(email=email):
            mail = quoted_title(bundle, "emails", email)
            return Words(f"send {mail.en}", f"{mail.ja}を送信")
        case NotifyStep():
            return Words("post a message in Slack", "Slack に投稿")
        case HandOffStep():
            return Words("hand off to sales", "営業に引き渡し")
        case WebhookStep(url=url):
            host = urlsplit(url).hostname or url
            return Words(f"call {host}", f"{host} を呼び出し")
        case EnrolStep(journey=journey):
            name = quoted_title(bundle, "journeys", journey)
            return Words(f"enrol in {name.en}", f"シナリオ{name.ja}に登録")
        case LeaveStep(journey=journey):
            name = quoted_title(bundle, "journeys", journey)
            return Words(f"take out of {name.en}", f"シナリオ{name.ja}から外す")


def _path(step: WaitForStep | BranchStep | SplitStep | JumpStep | ExitStep) -> Words:
    match step:
        case WaitForStep():
            return Words("wait for one of these", "次のどれかを待つ")
        case BranchStep():
            return Words("take the first path that fits", "条件で分岐")
        case SplitStep(by=by):
            return Words(f"divide at random: {by}", f"無作為に振り分け: {by}")
        case JumpStep(to=to):
            return Words(f"jump to {to}", f"{to} へ移動")
        case ExitStep(reason=reason):
            return Words(f"exit: {reason}", f"途中終了: {reason_in_words(reason, 'ja')}")


def named_step(journey: str, id: str, bundle: Bundle) -> Words:
    """Return what the step of that id does. A step of an older version is called by its id."""
    step = _step(bundle.journeys.get(journey), id)
    return step_words(step, bundle) if step else Words(id, id)


def named_path(journey: str, id: str, name: str, bundle: Bundle) -> Words:
    """Return the words for a path of that step; its name, if the step is of an older version."""
    step = _step(bundle.journeys.get(journey), id)
    return path_words(step, name, bundle) if step else _PATHS.get(name, Words(name, name))


def path_words(step: Step, name: str, bundle: Bundle) -> Words:
    """Return the path's own name with what it asks for: "interested: clicked a link in any mail"."""
    asked = _asked(step, name, bundle)
    if name == OTHERWISE:
        return Words("without an answer", "応答がない") if isinstance(step, WebhookStep) else _NO_DATE
    if asked is None:
        return _PATHS.get(name, Words(name, name))
    return asked if _GENERATED.match(name) else Words(f"{name}: {asked.en}", f"{name}: {asked.ja}")


_NO_DATE = Words("without such a date, or when it is over", "日付がない、または過ぎている")


def _asked(step: Step, name: str, bundle: Bundle) -> Words | None:
    """Return what a lead must do or wait for to take the path; None for a path without a condition."""
    if not isinstance(step, WaitForStep | BranchStep):
        return None
    paths: Sequence[WaitPath | Path] = step.paths
    path = next((each for each, found in zip(paths, unique_path_names(paths), strict=True) if found == name), None)
    if path is None:
        return None
    if path.when is not None:
        return clause_words(path.when, bundle)
    return end_words(path.after, bundle) if isinstance(path, WaitPath) and path.after else None


def _step(journey: Journey | None, id: str) -> Step | None:
    return next((step for step in journey.steps if step.id == id), None) if journey else None


def _update(step: UpdateStep, bundle: Bundle) -> Words:
    """Return everything that the step changes."""
    parts = []
    for field in step.fields:
        name = field_words(field, bundle)
        parts.append(Words(f"set {name.en}", f"{name.ja}を変更"))
    parts += [Words(f"add the tag “{tag}”", f"タグ「{tag}」を付ける") for tag in step.add_tags]
    parts += [Words(f"remove the tag “{tag}”", f"タグ「{tag}」を外す") for tag in step.remove_tags]
    if step.points:
        parts.append(Words(f"give {step.points:g} points", f"{step.points:+g} 点"))
    if step.stage:
        parts.append(Words(f"set the stage to {step.stage}", f"ステージを {step.stage} にする"))
    return _listed(parts)


def _crm(step: CrmStep) -> Words:
    """Return everything that the step does in Salesforce."""
    parts = [Words("a task", "ToDo")] if step.task else []
    parts += [Words(f"the campaign “{step.campaign}”", f"キャンペーン「{step.campaign}」")] if step.campaign else []
    parts += [Words(f"the owner {step.owner}", f"担当者 {step.owner}")] if step.owner else []
    found = _listed(parts)
    return Words(f"Salesforce: {found.en}", f"Salesforce: {found.ja}")


def _listed(parts: Sequence[Words]) -> Words:
    return Words(", ".join(part.en for part in parts), "、".join(part.ja for part in parts))
