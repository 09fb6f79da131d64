"""What becomes of a CRM mark: written, parked, refused, delayed. Whoever looks at the row sees why it waits."""

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.crm import upsert
from ripen.errors import NotConnected, Undeliverable
from ripen.lead.lead import CrmLink
from ripen.marks import CrmMark
from ripen.settings import SHADOWED

LEASE = timedelta(minutes=5)
FEW_CALLS_LEFT, FEW_CALLS_WAIT = "few calls left today", timedelta(minutes=15)
_SHADOW_WAIT = timedelta(days=1)
"""The end of shadow mode brings the marks forward; this is for those that it missed."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_DOUBLINGS = 10
_TOLD = ("Ripen_Score__c", "Ripen_Rank__c")


class MarkDecision(Struct, frozen=True, kw_only=True):
    """What is worth a decision row."""

    object: str
    outcome: str
    reason: str = ""
    facts: dict[str, str] = {}


class Outcome(Struct, frozen=True, kw_only=True):
    """How the mark changes, from whatever it is by then; when it is due again; the record's link, where there is one."""

    change: Callable[[CrmMark], CrmMark]
    due: datetime | None = None
    link: CrmLink | None = None
    news: MarkDecision | None = None


def is_claimed(mark: CrmMark, now: datetime) -> bool:
    """Another worker is making its Task; after five minutes that worker is taken for dead."""
    return mark.claimed is not None and now < mark.claimed + LEASE


def unchanged() -> Outcome:
    """The CRM has these values already."""
    return Outcome(change=_calm)


def blocked(mark: CrmMark, reason: str) -> Outcome:
    """Waits for the lead to change: nothing to try again."""
    return Outcome(
        change=lambda mark: replace(_calm(mark), waits_for=reason),
        news=None if mark.waits_for == reason else MarkDecision(object="Lead", outcome="waits", reason=reason),
    )


def shadowed(mark: CrmMark, wanted: upsert.DesiredRecord, lacking: tuple[str, ...], now: datetime) -> Outcome:
    """Shadow mode: it waits, and goes when that ends. What would be written is told once for each time it changes;
    `lacking` is what a new record could not be made without."""
    would = upsert.digest(wanted)
    facts = {name: str(value) for name, value in wanted.ours.items() if name in _TOLD}
    if lacking:
        facts["lacking"] = ", ".join(lacking)
    about = wanted.link.object if wanted.link else "Lead"
    return Outcome(
        change=lambda mark: replace(_calm(mark), waits_for=SHADOWED, shadow_digest=would),
        due=now + _SHADOW_WAIT,
        news=None
        if mark.shadow_digest == would
        else MarkDecision(object=about, outcome="would have written", reason=SHADOWED, facts=facts),
    )


def can_wait(mark: CrmMark, wanted: upsert.DesiredRecord) -> bool:
    """A mere score, of a lead that is there: nobody is handed over by it."""
    return not mark.urgent and wanted.link is not None


def postponed(now: datetime) -> Outcome:
    """The CRM's calls of the day run short: it goes when they do not, or when it becomes urgent."""
    return Outcome(change=lambda mark: replace(mark, waits_for=FEW_CALLS_LEFT), due=now + FEW_CALLS_WAIT)


def delayed(mark: CrmMark, failure: Undeliverable, now: datetime) -> Outcome:
    """Tried again after what the CRM asked for, else after 30 seconds, doubled at each attempt up to an hour. A call that
    was refused whole is no lead's fault but an administrator's matter: an hour."""
    waits, error = (failure.reason, "") if isinstance(failure, NotConnected) else ("", failure.reason)

    def change(mark: CrmMark) -> CrmMark:
        return replace(mark, attempts=mark.attempts + 1, error=error, waits_for=waits, claimed=None)

    return Outcome(change=change, due=now + _wait(mark, failure))


def concluded(
    mark: CrmMark, wanted: upsert.DesiredRecord, write: upsert.Write, written: upsert.WriteResult, now: datetime
) -> Outcome:
    """After the CRM's answer. What it refuses for good is tried again when the lead changes."""
    if written.refused is None:
        return Outcome(
            change=lambda mark: replace(_calm(mark), written=now, digest=upsert.digest(wanted), task=wanted.task.key),
            link=written.link,
            news=MarkDecision(object=write.object, outcome="updated" if write.record else "created"),
        )
    if not written.refused.permanent:
        return replace(delayed(mark, written.refused, now), link=written.link)
    reason = written.refused.reason
    return Outcome(
        change=lambda mark: replace(_calm(mark), error=reason),
        link=written.link,
        news=None if mark.error == reason else MarkDecision(object=write.object, outcome="refused", reason=reason),
    )


def _calm(mark: CrmMark) -> CrmMark:
    return replace(mark, urgent=False, attempts=0, error="", waits_for="", claimed=None)


def _wait(mark: CrmMark, failure: Undeliverable) -> timedelta:
    if failure.after is not None:
        return timedelta(seconds=failure.after)
    if failure.permanent:
        return _LONGEST_WAIT
    return timedelta(seconds=min(_FIRST_WAIT.seconds << min(mark.attempts, _DOUBLINGS), _LONGEST_WAIT.seconds))
