"""Say which campaigns of a playbook can no longer begin at their time."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from cli.output.language import language, say
from ripen.playbook.bundle import Bundle, Campaign
from ripen.playbook.titles import title_and_name


def say_past_starts(found: Iterable[Campaign], bundle: Bundle, screen: Console) -> None:
    """Say it in a line for each campaign, and what to do. No campaign begins before a person schedules it."""
    for campaign in found:
        called = title_and_name(bundle, "campaigns", campaign.name).in_language(language())
        at, name = campaign.at.replace("T", " "), campaign.name
        words = say(
            f"The start of campaign {called}, {at}, is in the past: it is not sent. "
            f"Give it a later `at`, or send it now: ripen campaign schedule {name} --now",
            f"キャンペーン {called} の開始日時 {at} は過ぎているため、配信されません。"
            f"`at` をこれからの日時に直すか、すぐに配信してください: ripen campaign schedule {name} --now",
        )
        screen.print(f"[yellow]![/] {escape(words)}", soft_wrap=True)
