"""What enrols leads in a journey, and when again, in words."""

from typing import assert_never

from ripen.lead.activity import Kind
from ripen.operations.playbook_words.clauses import all_words, clause_words, duration_words
from ripen.operations.playbook_words.fields import value_words
from ripen.operations.playbook_words.schedules import schedule_words
from ripen.operations.playbook_words.waits import end_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Did
from ripen.playbook.graph import Again, Until
from ripen.playbook.titles import quoted_title
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
from ripen.words import Words

BY_HAND = Words("only by hand, by an import or from another journey", "手動、取り込み、ほかのシナリオからの登録だけ")


def trigger_words(on: Trigger, bundle: Bundle) -> Words:
    """Return what a lead must do, or what must happen to it."""
    match on:
        case OnActivity():
            return _activity(on, bundle)
        case OnSegment(segment=name):
            title = quoted_title(bundle, "segments", name)
            return Words(f"joined the segment {title.en}", f"セグメント{title.ja}に入った")
        case OnRank(rank=rank):
            words = value_words("rank", rank)
            return Words(f"became {words.en}", f"ランクが{words.ja}になった")
        case OnField(when=when):
            words = clause_words(when, bundle)
            return Words(f"changed so that {words.en}", f"変更により、次に当てはまるようになった: {words.ja}")
        case OnDate():
            until = Until(field=on.field, offset_days=on.offset_days, yearly=on.yearly, at=on.at)
            return end_words(until, bundle)
        case OnSchedule(rrule=rrule, start=start, segment=name):
            title, at = quoted_title(bundle, "segments", name), schedule_words(rrule, start)
            return Words(f"is in the segment {title.en} {at.en}", f"{at.ja} にセグメント{title.ja}にいる")
        case OnRequest():
            return Words("another system asked for it", "ほかのシステムから登録が求められた")
        case _:
            assert_never(on)


def again_words(again: Again) -> Words:
    """Return when a lead may enter once more."""
    match again.how:
        case "never":
            return Words("never", "しない")
        case "after exit":
            return Words("after it left", "終了したあと")
        case "by key":
            return Words("once for each value", "値ごとに一度だけ")
        case "after":
            span = duration_words(again.seconds)
            return Words(f"{span.en} after the last entry", f"前回の開始から {span.ja}が過ぎたあと")


def _activity(on: OnActivity, bundle: Bundle) -> Words:
    if on.kind == Kind.CAMPAIGN_JOINED:
        status = next((each.any_of[0] for each in on.where if each.field == "status" and each.any_of), "")
        with_status = Words(f" with the status “{status}”", f"（{status}）") if status else Words("", "")
        return Words(
            f"became a member of the Salesforce campaign “{on.subject}”{with_status.en}",
            f"Salesforce キャンペーン「{on.subject}」のメンバーになった{with_status.ja}",
        )
    did = clause_words(Did(kind=on.kind, subject=on.subject), bundle)
    if not on.where:
        return did
    answers = all_words(on.where, bundle)
    return Words(f"{did.en}, and {answers.en}", f"{did.ja}（{answers.ja}）")
