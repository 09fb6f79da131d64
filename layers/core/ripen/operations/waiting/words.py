"""What waits for an outside system, in words: how many since when, why, what happens by itself, and what to do."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ripen.cause import Cause
from ripen.operations import crm_error_words, slack_error_words
from ripen.operations.phrases import reason
from ripen.operations.waiting.wait import System, WaitingWork, Work
from ripen.words import Words

SYSTEMS = {
    System.SALESFORCE: Words("Salesforce", " Salesforce "),
    System.SLACK: Words("Slack", " Slack "),
    System.SES: Words("SES", " SES "),
    System.WEBHOOKS: Words("the receiver", "受信側"),
}
_WORK: dict[Work, tuple[str, str, str]] = {
    Work.LEADS: ("lead", "leads", "見込み客 {} 人"),
    Work.REQUESTS: ("request of a journey", "requests of journeys", "シナリオの依頼 {} 件"),
    Work.CARDS: ("card", "cards", "カード {} 枚"),
    Work.PRESSES: ("press of a button", "presses of buttons", "ボタン操作 {} 件"),
    Work.MAILS: ("mail", "mails", "メール {} 通"),
    Work.CALLS: ("webhook call", "webhook calls", "ウェブフックの呼び出し {} 件"),
    Work.POLLS: ("read of changes", "reads of changes", "変更の読み取り {} 件"),
}
"""One, several, and either in Japanese."""
_LONGEST = {
    System.SALESFORCE: Words("at least every hour", "1 時間に 1 回以上"),
    System.SLACK: Words("at least every 15 minutes", "15 分に 1 回以上"),
    System.SES: Words("at least every hour", "1 時間に 1 回以上"),
    System.WEBHOOKS: Words("at least every 4 hours", "4 時間に 1 回以上"),
}
"""How often work that waits for an outage is tried again."""
_ENDS = {
    Work.REQUESTS: "シナリオの依頼",
    Work.PRESSES: "ボタン操作",
    Work.MAILS: "メール",
    Work.CALLS: "ウェブフックの呼び出し",
}
"""The work that is given up, in Japanese. Records, cards and reads wait as long as it takes."""
_NOTHING_LOST = Words(
    "Records and cards wait as long as it takes: nothing is lost.",
    "レコードとカードは、つながるまで待ちます。失われるものはありません。",
)
_NOT_READ = Words(
    "Until then Ripen does not know what has changed in Salesforce (opt-outs, campaign members, opportunities).",
    "それまで Salesforce での変更（配信停止、キャンペーンメンバー、商談）は反映されません。",
)
_SES_ACCOUNT = Words(
    "Look at Account dashboard in the SES console, and run: ripen doctor",
    "SES コンソールのアカウントダッシュボードを確かめ、ripen doctor を実行してください。",
)
_SES_OUTAGE = Words(
    "Nothing to do here. Does SES have an outage? health.aws.amazon.com",
    "対応は不要です。SES の障害情報: health.aws.amazon.com",
)
_WEBHOOK = Words(
    "Ask those who run the webhook. The journey waits at that step.",
    "ウェブフックの管理者に確認してください。シナリオはその手順で待っています。",
)

type Clock = Callable[[datetime], str]
"""Writes a time in the same way in both languages."""


def counted(work: WaitingWork) -> Words:
    """Return how many of each kind wait: "2 leads and 1 request of a journey"."""
    en = [f"{count:,} {_WORK[kind][0] if count == 1 else _WORK[kind][1]}" for kind, count in work.work.items()]
    ja = [_WORK[kind][2].format(f"{count:,}") for kind, count in work.work.items()]
    return Words(" and ".join(en), "、".join(ja))


def summary(work: WaitingWork, clock: Clock) -> Words:
    """Return how many wait for which system, since when and why."""
    number, name, since = counted(work), SYSTEMS[work.system], clock(work.since)
    verb = "waits" if sum(work.work.values()) == 1 else "wait"
    return Words(
        f"{number.en} {verb} for {name.en} since {since}: {why(work).en}.",
        f"{number.ja}が{name.ja}を待っています（{since} から）: {why(work).ja}。",
    )


def why(work: WaitingWork) -> Words:
    """Return the last answer in words."""
    if work.system is System.SLACK:
        return slack_error_words.in_words(work.code)
    return Words(reason(work.code, "en"), reason(work.code, "ja"))


def what_happens(work: WaitingWork, clock: Clock) -> Words:
    """Return what Ripen does by itself, and until when."""
    next, often = clock(work.next) if work.next else "–", _LONGEST[work.system]
    again = Words(f"Next attempt: {next}.", f"次の試行: {next}。")
    if work.cause.passes:
        again = Words(
            f"Ripen tries again by itself, {often.en} (next: {next}).",
            f"自動で再試行します（{often.ja}、次は {next}）。",
        )
    sentences = [again, _end(work, clock)]
    if Work.POLLS in work.work:
        sentences.append(_NOT_READ)
    if work.cause.passes and _waits_forever(work):
        sentences.append(_NOTHING_LOST)
    return Words(" ".join(each.en for each in sentences if each.en), "".join(each.ja for each in sentences))


def _end(work: WaitingWork, clock: Clock) -> Words:
    """Return which work is given up, and when the first of it."""
    if work.until is None:
        return Words("", "")
    kinds = [kind for kind in work.work if kind in _ENDS]
    en, ja = " and ".join(_WORK[kind][1] for kind in kinds), "、".join(_ENDS[kind] for kind in kinds)
    until = clock(work.until)
    return Words(
        f"{en.capitalize()} are given up, the first at {until}.", f"{ja}は期限で取りやめます（最初は {until}）。"
    )


def _waits_forever(work: WaitingWork) -> bool:
    return any(kind not in {*_ENDS, Work.POLLS} for kind in work.work)


def next_step(work: WaitingWork) -> Words:
    """Return what a person does about it."""
    match work.system:
        case System.SALESFORCE:
            return crm_error_words.next_step(work.code)
        case System.SLACK:
            return slack_error_words.next_step(work.code)
        case System.SES:
            return _SES_OUTAGE if work.cause is Cause.OUTAGE else _SES_ACCOUNT
        case System.WEBHOOKS:
            return _WEBHOOK


def sentence_facts(wait: Mapping[str, str], clock: Clock) -> dict[str, str]:
    """Return the facts of the sentence about one wait of a lead (Wait.plain), with its times as people read them."""
    times = {"from": clock(datetime.fromisoformat(wait["since"]))}
    if again := wait["next_attempt"]:
        times["again"] = clock(datetime.fromisoformat(again))
    return {**wait, **times, "reason": wait["answer"]}
