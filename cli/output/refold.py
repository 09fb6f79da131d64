"""Say what the server does to all leads after a new playbook, and how far that is."""

from typing import TYPE_CHECKING

from rich.console import Console

from cli.output.language import say
from ripen.agenda import SHARDS
from ripen.operations.publication.recalculation import Recalculation

if TYPE_CHECKING:
    from ripen.operations.publication.release import Release


def say_walk(found: "Release", screen: Console) -> None:
    """Say what follows for all leads, and where to look."""
    if found.needs_refold:
        _say_refold(screen)
    if found.has_new_periods:
        _say_periods(screen)


def _say_refold(screen: Console) -> None:
    screen.print(
        say(
            "Scoring, segments or journey triggers have changed: the server recalculates all leads, beginning within a"
            " minute. You need not wait. See how far it is: ripen status",
            "スコア、セグメント、またはシナリオの開始条件が変わりました。サーバーが 1 分以内に全員の再計算を始めます。"
            "待つ必要はありません。進み具合: ripen status",
        ),
        soft_wrap=True,
    )
    screen.print(
        say(
            "This alone enrols no lead and sends no alert.",
            "これだけでシナリオに登録したり通知したりすることはありません。",
        )
    )


def _say_periods(screen: Console) -> None:
    screen.print(
        say(
            "The periods of keep have changed: within a minute the server begins to change when existing activities and"
            " mails are deleted. See how far it is: ripen status – and what goes when: ripen retention",
            "keep の期間が変わりました。サーバーが 1 分以内に、すでにある行動とメールの削除時刻を変え始めます。"
            "進み具合: ripen status、削除の時期: ripen retention",
        ),
        soft_wrap=True,
    )


def say_progress(found: Recalculation, since: str, screen: Console) -> None:
    """Say how far the recalculation is, unless it is done, and how many leads failed."""
    if not found.is_done:
        screen.print(_progress(found, since), soft_wrap=True)
    if found.failed:
        screen.print(_failures(found, since), soft_wrap=True)


def _progress(found: Recalculation, since: str) -> str:
    leads = "1 lead" if found.passed == 1 else f"{found.passed:,} leads"
    return say(
        f"Leads are being brought up to date with the playbook {found.bundle} (since {since}): {leads} so far,"
        f" {found.shards_done} of {SHARDS} parts done.",
        f"プレイブック {found.bundle} に合わせて見込み客を更新しています（{since} から）。"
        f"{found.passed:,} 人が済み、{SHARDS} 部分のうち {found.shards_done} が完了。",
    )


def _failures(found: Recalculation, since: str) -> str:
    """Return how many leads failed, and what to do. Only scores are retried by themselves, not when rows expire."""
    leads = "1 lead" if found.failed == 1 else f"{found.failed:,} leads"
    return say(
        f"[yellow]{leads} failed[/] when all leads were brought up to date with the playbook {found.bundle}"
        f" (since {since}). The server retries their scores by itself. The log of score.refold names the leads and"
        ' what is left to do: docs/operations.md, "Leads are recalculated after a publication".',
        f"プレイブック {found.bundle} に合わせた全員の更新（{since} から）で、"
        f"[yellow]{found.failed:,} 人が失敗しました[/]。スコアの再計算はサーバーが自動でやり直します。"
        "該当する見込み客と残る作業は score.refold のログで確認してください: docs/operations.md（英語）の"
        "「Leads are recalculated after a publication」",
    )
