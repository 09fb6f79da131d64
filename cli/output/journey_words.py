"""The counts of a journey and of its mails, in the language of the command line."""

from cli.output.language import language, say
from ripen.operations.journeys.counts import Counts
from ripen.operations.phrases import reason
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


def exit_count(counts: Counts) -> str:
    """Return how many people left the journey before its end, by reason, or "" for none."""
    return ", ".join(f"{reason(why, language())} {count}" for why, count in counts.left.most_common())
