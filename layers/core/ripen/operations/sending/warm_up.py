"""Start, show and stop the warm-up of a new sender."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ripen.adapters.rows.warm_up_plan import sent_on
from ripen.adapters.table import Replace, Table, keys
from ripen.failure import Failure
from ripen.mail.limits import warm_up
from ripen.mail.limits.warm_up import Provider, WarmUp
from ripen.words import Words

MOST_DAYS, MOST_PER_DAY = 90, 10_000_000


@dataclass(frozen=True)
class Today:
    """What one mailbox provider gets today."""

    provider: Provider
    cap: int
    sent: int
    """About: of many mails, one in 16 is counted for all."""


@dataclass(frozen=True)
class Progress:
    """The warm-up as it is now."""

    plan: WarmUp
    day: int
    """The number of the day in the plan, from 1."""
    today: tuple[Today, ...]
    """Empty if the warm-up is over."""

    def plain(self) -> dict[str, Any]:
        """Return what `ripen warm-up --json` prints: a contract for scripts."""
        return {
            "started": self.plan.at.isoformat(),
            "day": self.day,
            "days": self.plan.days,
            "per_day": self.plan.per_day,
            "today": [{"provider": each.provider, "cap": each.cap, "sent": each.sent} for each in self.today],
        }


def start_warm_up(days: int, per_day: int, by: str, table: Table, now: datetime) -> WarmUp:
    """Start a plan on this day. Raise Failure if one is running, or if its numbers make no plan."""
    if not (1 <= days <= MOST_DAYS and 1 <= per_day <= MOST_PER_DAY):
        raise Failure(
            Words("This is no plan.", "計画になっていません。"),
            Words(
                f"--days from 1 to {MOST_DAYS}, --per-day from 1 to {MOST_PER_DAY:,}",
                f"--days は 1〜{MOST_DAYS}、--per-day は 1〜{MOST_PER_DAY:,} で指定します。",
            ),
        )
    row = table.get(keys.WARM_UP)
    if row and row.value.on:
        raise Failure(
            Words("A warm-up is running.", "ウォームアップはすでに始まっています。"),
            Words(
                "Look at it: ripen warm-up show – or stop it first: ripen warm-up stop",
                "確認: ripen warm-up show – 先に終了する: ripen warm-up stop",
            ),
        )
    plan = WarmUp(on=True, at=now, by=by, days=days, per_day=per_day)
    table.write(Replace(keys.WARM_UP, plan, row.version if row else 0))
    return plan


def stop_warm_up(by: str, table: Table, now: datetime) -> bool:
    """Lift all caps at once. Return False if no warm-up was running. Mails that wait go at their time."""
    row = table.get(keys.WARM_UP)
    if row is None or not row.value.on:
        return False
    table.write(Replace(keys.WARM_UP, WarmUp(on=False, at=now, by=by), row.version))
    return True


def warm_up_progress(table: Table, zone: ZoneInfo, now: datetime) -> Progress | None:
    """Return the running warm-up, None if there is none."""
    row = table.get(keys.WARM_UP)
    if row is None or not row.value.on:
        return None
    plan, day = row.value, warm_up.day_of(row.value, now, zone)
    today = tuple(
        Today(each, most, sent_on(warm_up.today(now, zone), each, table))
        for each in Provider
        if (most := warm_up.cap(plan, each, day)) is not None
    )
    return Progress(plan, day + 1, today)
