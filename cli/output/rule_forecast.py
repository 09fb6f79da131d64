"""Say what new rules would make of leads, before they are published."""

from collections import Counter

from rich.console import Console
from rich.markup import escape

from cli.output.language import language, say
from ripen.lead.state import Rank
from ripen.operations.publication.rule_forecast import RuleForecast
from ripen.operations.state_words import in_a_word
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import quoted_title

_RANKS = (Rank.HOT, Rank.WARM, Rank.COLD)


def say_rule_forecast(found: RuleForecast, live: Bundle, new: Bundle, screen: Console) -> None:
    """Say how many leads change rank, and how many change each segment."""
    screen.print(f"{_looked_at(found)}{_ranks(found)}", soft_wrap=True)
    for name in sorted(found.joined.keys() | found.left.keys()):
        known = new if name in new.segments else live
        called = escape(quoted_title(known, "segments", name).in_language(language()))
        joined, left = found.joined[name], found.left[name]
        screen.print(
            say(
                f"- Segment {called}: {joined:,} more, {left:,} fewer.",
                f"・セグメント{called}: 新しく入る {joined:,} 人、外れる {left:,} 人。",
            ),
            soft_wrap=True,
        )


def _looked_at(found: RuleForecast) -> str:
    read = f"{found.sample.read:,}"
    if found.sample.is_all:
        return say(f"[bold]Of all {read} leads:[/] ", f"[bold]見込み客 全 {read} 人のうち:[/] ")
    return say(
        f"[bold]Of {read} leads looked at[/] (there are more): ",
        f"[bold]調べた見込み客 {read} 人のうち[/]（ほかにもいます）: ",
    )


def _ranks(found: RuleForecast) -> str:
    becoming = Counter[Rank]()
    for (_, after), count in found.ranks.items():
        becoming[after] += count
    if not becoming:
        return say("none changes rank.", "ランクが変わる人はいません。")
    parts = [(becoming[rank], in_a_word(rank, language())) for rank in _RANKS if becoming[rank]]
    return say(
        f"{', '.join(f'{count:,} {"becomes" if count == 1 else "become"} {word}' for count, word in parts)}.",
        f"{'、'.join(f'{word}になる {count:,} 人' for count, word in parts)}。",
    )
