"""Say that all leads are recalculated after a new playbook, and how far that is."""

from rich.console import Console

from cli.output.language import say
from ripen.agenda import SHARDS
from ripen.operations.publication.recalculation import Recalculation


def say_refold(screen: Console) -> None:
    """Say that the recalculation has begun, and where to look."""
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


def say_progress(found: Recalculation, since: str, screen: Console) -> None:
    """Say how far the recalculation is, unless it is done."""
    if found.is_done:
        return
    leads = "1 lead" if found.passed == 1 else f"{found.passed:,} leads"
    screen.print(
        say(
            f"Leads are being recalculated by the playbook {found.bundle} (since {since}): {leads} so far,"
            f" {found.shards_done} of {SHARDS} parts done.",
            f"プレイブック {found.bundle} で見込み客を再計算しています（{since} から）。"
            f"{found.passed:,} 人が済み、{SHARDS} 部分のうち {found.shards_done} が完了。",
        ),
        soft_wrap=True,
    )
    if found.failed:
        screen.print(
            say(
                f"[yellow]{found.failed:,} of them failed and are retried.[/] docs/operations.md",
                f"[yellow]うち {found.failed:,} 人は失敗し、再試行します。[/] docs/operations.md",
            ),
            soft_wrap=True,
        )
