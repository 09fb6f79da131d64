"""The counts of a journey and of its mails, in the language of the command line."""

from cli.output.language import language, say
from ripen.operations.journeys.counts import Counts
from ripen.operations.phrases import reason
from ripen.operations.playbook_words.clauses import clause_words
from ripen.operations.playbook_words.triggers import BY_HAND, again_words, trigger_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Clause
from ripen.playbook.graph import Journey
from ripen.words import Words

_OUTCOMES = {
    "sent": Words("sent", "送信"),
    "planned": Words("planned", "送信待ち"),
    "claimed": Words("in flight", "送信中"),
    "held": Words("held", "保留"),
    "unknown": Words("unknown", "結果不明"),
}


def mail_outcome(outcome: str) -> str:
    """Return the words for an outcome, or for the reason why the mail was not sent."""
    words = _OUTCOMES.get(outcome)
    return words.in_language(language()) if words else reason(outcome, language())


def mail_count(outcome: str, count: int) -> str:
    """Return "9 sent"."""
    return say(f"{count} {mail_outcome(outcome)}", f"{mail_outcome(outcome)} {count}")


def people_count(counts: Counts) -> str:
    """Return how many people entered the journey, are in it, and finished it."""
    here = sum(counts.here.values())
    return say(
        f"{counts.entered} entered, {here} in it, {counts.finished} finished",
        f"開始 {counts.entered} 人、途中 {here} 人、最後まで進んだ {counts.finished} 人",
    )


def click_count(count: int) -> str:
    """Return how many people clicked a link."""
    return say(f"{count} clicked", f"クリック {count} 人")


def about(journey: Journey, counts: Counts, bundle: Bundle) -> list[str]:
    """Return the journey's conditions in words, each with what came of it: a line each, of plain text."""
    ons = [trigger_words(on, bundle).in_language(language()) for on in journey.enrol]
    listed = say(" or ", "、または").join(ons) or BY_HAND.in_language(language())
    again = again_words(journey.again).in_language(language())
    lines = [say(f"Begins: {listed}", f"開始: {listed}"), say(f"Again: {again}", f"再登録: {again}")]
    if journey.who:
        who = _clause(journey.who, bundle)
        lines.append(say(f"Only: {who}", f"対象: {who}"))
    if journey.goal:
        reached, goal = counts.reached_goal, _clause(journey.goal, bundle)
        lines.append(say(f"Goal: {goal} – {reached} reached it", f"目標: {goal} – 到達 {reached} 人"))
    if journey.exit:
        leaves = _clause(journey.exit, bundle)
        lines.append(say(f"Leaves at once if: {leaves}", f"途中終了の条件: {leaves}"))
    clickers = counts.clickers
    lines.append(say(f"People who clicked in its mails: {clickers}", f"メールをクリックした人: {clickers} 人"))
    return lines + exits(counts)


def exits(counts: Counts) -> list[str]:
    """Return how many people left the journey before its end, by reason: a line each."""
    if not (left := counts.left_early):
        return []
    total = sum(count for _, count in left)
    by_reason = [f"  {count:,}  {reason(why, language())}" for why, count in left]
    return [say(f"Left early: {total:,}", f"途中終了: {total:,} 人"), *by_reason]


def _clause(clause: Clause, bundle: Bundle) -> str:
    return clause_words(clause, bundle).in_language(language())
