"""The outcomes of a CRM mark: written, blocked, refused or delayed. The row says why it waits.

A refusal of one record is seldom the lead's fault for ever: an administrator can free storage, or change a validation
rule or a permission. So each refusal is retried, every hour for a day and then every day.
"""

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.backoff import backoff
from ripen.crm import shared_record, upsert
from ripen.crm.crm_errors import FEW_CALLS_LEFT, MERGED, is_ignored
from ripen.decision import Outcome, Reason
from ripen.errors import NotConnected, Undeliverable
from ripen.lead.lead import CrmLink
from ripen.marks import CRM_INTERVAL, CrmMark

LEASE = timedelta(minutes=5)
_EARLY = timedelta(seconds=2)
"""How much too early a queue may deliver a wake-up."""
FEW_CALLS_WAIT = timedelta(minutes=15)
_SHADOW_WAIT = timedelta(days=1)
"""The end of shadow mode brings the marks forward; this is for marks that it missed."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_HOURLY_FOR = timedelta(days=1)
_DAILY = timedelta(days=1)
IGNORED_FOR = timedelta(days=365)
"""An ignored refusal is not retried for so long, unless the lead changes."""
LONGEST_RETRY = _DAILY + timedelta(minutes=10)
"""A mark that failed, and that no person ignores, is due again after this time at the latest."""
_SLOT = 5
"""Refused records are retried at full five minutes, so that up to 200 of them share the calls."""
_SHOWN_IN_SHADOW = ("Ripen_Score__c", "Ripen_Rank__c")


class MarkDecision(Struct, frozen=True, kw_only=True):
    """The part of a decision row that the outcome knows."""

    object: str
    outcome: Outcome
    reason: str = ""
    facts: dict[str, str] = {}


class MarkChange(Struct, frozen=True, kw_only=True):
    """The change of the mark, which applies to whatever the mark is by then, and what else is written with it."""

    change: Callable[[CrmMark], CrmMark]
    due: datetime | None = None
    link: CrmLink | None = None
    opted_out: bool | None = None
    """Whether the record says that the person wants no mail or no calls; None if no record was read."""
    displaced: str = ""
    """The lead that wrote the record before: it is to read the record again."""
    decision: MarkDecision | None = None


def is_claimed(mark: CrmMark, now: datetime) -> bool:
    """Return whether another worker is creating the Task. After five minutes that worker is assumed to have died."""
    return mark.claimed is not None and now < mark.claimed + LEASE


def comes_early(mark: CrmMark, now: datetime) -> bool:
    """Return whether a mere score change is woken too soon after the last write.

    The message was delayed for an earlier change, which another message has dealt with. The mark stays due.
    """
    return not mark.urgent and mark.written is not None and now < mark.written + CRM_INTERVAL - _EARLY


def unchanged() -> MarkChange:
    """Return the outcome of a mark whose values the CRM has already."""
    return MarkChange(change=_settled)


def blocked(mark: CrmMark, reason: str) -> MarkChange:
    """Return the outcome of a mark that waits for the lead to change. It is not retried."""
    return MarkChange(
        change=lambda mark: replace(_settled(mark), waits_for=reason),
        decision=None
        if mark.waits_for == reason
        else MarkDecision(object="Lead", outcome=Outcome.WAITS, reason=reason),
    )


def shadowed(mark: CrmMark, desired: upsert.DesiredRecord, missing: tuple[str, ...], now: datetime) -> MarkChange:
    """Return the outcome in shadow mode: the mark waits for its end.

    The values that would be written are reported once for each change; `missing` are the fields that a new record
    lacks.
    """
    facts = {name: str(value) for name, value in desired.ours.items() if name in _SHOWN_IN_SHADOW}
    if missing:
        facts["lacking"] = ", ".join(missing)
    object = desired.link.object if desired.link else "Lead"
    decision = MarkDecision(object=object, outcome=Outcome.WOULD_HAVE_WRITTEN, reason=Reason.SHADOW, facts=facts)
    return MarkChange(
        change=lambda mark: replace(_settled(mark), waits_for=Reason.SHADOW, shadow_digest=desired.digest),
        due=now + _SHADOW_WAIT,
        decision=None if mark.shadow_digest == desired.digest else decision,
    )


def can_wait(mark: CrmMark, desired: upsert.DesiredRecord) -> bool:
    """Return whether no lead would be handed over: it is in the CRM and only its score changed, or it was refused."""
    return not mark.urgent and (desired.link is not None or mark.refused)


def postponed(now: datetime) -> MarkChange:
    """Return the outcome while the CRM's API calls run short: the mark waits until then, or until it is urgent."""
    return MarkChange(change=lambda mark: replace(mark, waits_for=FEW_CALLS_LEFT), due=now + FEW_CALLS_WAIT)


def delayed(mark: CrmMark, failure: Undeliverable, now: datetime) -> MarkChange:
    """Return the outcome of a failed call, which is retried.

    The retry waits as long as the CRM asks for, else 30 seconds, doubled with each attempt up to an hour.
    A call that was refused as a whole is no lead's fault; an administrator must act, so it is retried after an hour.
    """
    waits, error = (failure.reason, "") if isinstance(failure, NotConnected) else ("", failure.reason)

    def change(mark: CrmMark) -> CrmMark:
        return replace(_failed(mark, error, now), refused=False, waits_for=waits)

    return MarkChange(change=change, due=now + _wait(mark, failure))


def concluded(
    mark: CrmMark,
    desired: upsert.DesiredRecord,
    write: upsert.Write,
    result: upsert.WriteResult,
    now: datetime,
) -> MarkChange:
    """Return the outcome of the CRM's answer."""
    opted_out = write.record.opted_out if write.record else False
    if result.refused:
        return replace(_refused(mark, write.object, result.refused, result.link, now), opted_out=opted_out)
    return MarkChange(
        change=lambda mark: replace(_settled(mark), written=now, digest=desired.digest, task=desired.task.key),
        link=result.link,
        opted_out=opted_out,
        displaced=shared_record.displaced(write),
        decision=MarkDecision(object=write.object, outcome=Outcome.UPDATED if write.record else Outcome.CREATED),
    )


def shared(mark: CrmMark, found: upsert.Shared, now: datetime) -> MarkChange:
    """Return the outcome of a lead whose record an older lead writes. It is refused, and read again every day."""
    failure = Undeliverable(f"{MERGED}: {found.writer}", permanent=True)
    refused = _refused(mark, found.record.object, failure, found.link, now)
    return replace(refused, opted_out=found.record.opted_out)


def next_attempt(mark: CrmMark, failure: Undeliverable, now: datetime) -> datetime:
    """Return when a refused record is retried: soon and less and less often, every hour for a day, then every day."""
    if is_ignored(_failed(mark, failure.reason, now)):
        return now + IGNORED_FOR
    wait = _wait(mark, failure)
    if wait < _LONGEST_WAIT:
        return now + wait
    if mark.failing_since and now - mark.failing_since >= _HOURLY_FOR:
        wait = _DAILY
    at = now + wait
    return at.replace(second=0, microsecond=0) + timedelta(minutes=_SLOT - at.minute % _SLOT)


def _refused(mark: CrmMark, object: str, failure: Undeliverable, link: CrmLink | None, now: datetime) -> MarkChange:
    """Return the outcome of a refused record.

    A refusal that time alone does not cure is reported once, and its retries leave the last calls of the day to others.
    """
    lasts = _wait(mark, failure) >= _LONGEST_WAIT
    decision = MarkDecision(object=object, outcome=Outcome.REFUSED, reason=failure.reason)
    return MarkChange(
        change=lambda mark: replace(
            _failed(mark, failure.reason, now), refused=lasts, waits_for="", urgent=mark.urgent and not lasts
        ),
        due=next_attempt(mark, failure, now),
        link=link,
        decision=decision if lasts and mark.error != failure.reason else None,
    )


def _failed(mark: CrmMark, error: str, now: datetime) -> CrmMark:
    since = mark.failing_since or now
    return replace(mark, attempts=mark.attempts + 1, error=error, failing_since=since, claimed=None)


def _settled(mark: CrmMark) -> CrmMark:
    """Return the mark without its errors and its urgency."""
    return CrmMark(
        lead=mark.lead,
        written=mark.written,
        digest=mark.digest,
        shadow_digest=mark.shadow_digest,
        task=mark.task,
    )


def _wait(mark: CrmMark, failure: Undeliverable) -> timedelta:
    first = _LONGEST_WAIT if failure.permanent else _FIRST_WAIT
    return backoff(mark.attempts, first, _LONGEST_WAIT, failure.after)
