"""The words of a campaign's run: its states, what people and time did to it, and what its mails are counted as."""

import re

from ripen.campaign.campaign_run import RunChange, RunState
from ripen.words import Words

STATES = {
    RunState.PLANNED: Words("planned", "予約済み"),
    RunState.CANARY: Words("canary", "先行配信中"),
    RunState.RUNNING: Words("running", "配信中"),
    RunState.PAUSED: Words("paused", "一時停止中"),
    RunState.HALTED: Words("halted", "自動停止中"),
    RunState.STOPPED: Words("stopped", "中止"),
    RunState.DONE: Words("done", "完了"),
}
NOT_SCHEDULED = Words("not scheduled", "未予約")
CHANGES = {
    RunChange.SCHEDULED: Words("scheduled", "予約"),
    RunChange.STARTED: Words("started", "配信開始"),
    RunChange.CANARY_PASSED: Words("canary passed", "先行配信に問題なし"),
    RunChange.CANARY_EMPTY: Words("nobody was in the canary", "先行配信の対象者なし"),
    RunChange.DONE: Words("done", "完了"),
    RunChange.PAUSED: Words("paused", "一時停止"),
    RunChange.HALTED: Words("halted", "自動停止"),
    RunChange.STOPPED: Words("stopped", "中止"),
    RunChange.RESUMED: Words("resumed", "再開"),
    RunChange.SENT_AGAIN: Words("sent again to the unsent", "届いていない人へ再送"),
}
COUNTED = {
    "planned": Words("planned", "送信待ち"),
    "accepted": Words("sent", "送信済み"),
    "failed": Words("failed", "失敗"),
    "skipped": Words("skipped", "送信せず"),
    "unknown": Words("not known yet", "結果不明"),
    "held": Words("held", "保留中"),
    "delivered": Words("delivered", "到達"),
    "clicked": Words("clicked", "クリック"),
    "bounced": Words("bounced", "不達"),
    "complained": Words("reported as spam", "迷惑メール報告"),
    "unsubscribed": Words("unsubscribed", "配信停止"),
}
_HALT = re.compile(r"(\d+) of (\d+) mails (\w+): more than ([\d.]+%)")
"""How ripen.campaign.halt.Halt says its reason."""


def halt_words(reason: str) -> Words:
    """Return why a campaign halted."""
    found = _HALT.fullmatch(reason)
    if found is None or found[3] not in COUNTED:
        return Words(reason, reason)
    count, mails, what, limit = found.groups()
    return Words(reason, f"{mails} 通中 {count} 通が{COUNTED[what].ja}（上限 {limit}）")
