"""Who clicked: a person, or a scanner that follows every link of a mail."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ripen.activity import Activity, Kind, Verdict

PATIENCE = timedelta(seconds=120)
"""How long a click waits for a human signal before it is judged (DESIGN rule 7)."""
BURST = timedelta(seconds=2)
_SCANNED = 3


def is_ripe(activity: Activity, now: datetime) -> bool:
    """Whether it may be folded: judged already, or waited long enough to be."""
    return activity.verdict is not Verdict.UNJUDGED or activity.received + PATIENCE <= now


def judge(activity: Activity, siblings: Iterable[Activity]) -> Activity:
    """The activity with a verdict. Three or more different links of one mail within two seconds is no human hand."""
    if activity.verdict is not Verdict.UNJUDGED:
        return activity
    links = {activity.facts.get("link", "")} | {
        other.facts.get("link", "") for other in siblings if _is_near(activity, other)
    }
    return replace(activity, verdict=Verdict.MACHINE if len(links) >= _SCANNED else Verdict.HUMAN)


def _is_near(activity: Activity, other: Activity) -> bool:
    return (
        other.kind is Kind.LINK_CLICKED
        and other.facts.get("send") == activity.facts.get("send")
        and abs(other.at - activity.at) <= BURST
    )
