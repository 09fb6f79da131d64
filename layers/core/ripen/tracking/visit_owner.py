"""Whose the visits of a browser are. Claims decide: a click in a lead's mail, or a form with the lead's address.

1. The first lead that claims the browser gets its visits, those before the claim too.
2. A later lead gets it from then on: the visits before stay with the previous lead. A click takes no bound browser.
3. If two leads claim it within a day, they share it: its visits count for nobody until it is proven.
4. A form with the lead's address in the visit that a click in a mail to that address began proves it. Its visits are
   the lead's from then on, those of a shared browser from the click on, if it was shared by then. Only another proof
   takes it.

A visit that was one lead's is never given to another.
"""

from copy import replace
from datetime import datetime, timedelta

from ripen.lead.activity import Activity
from ripen.tracking.visitor import MailVisit, Stay, VisitorPointer

_SHARED_WITHIN = timedelta(days=1)
_MAIL_VISIT = timedelta(days=1)
"""How long after a click in a mail a form belongs to the visit that it began."""
_SLOW_CLOCK = timedelta(minutes=1)
"""The times of visits are up to a minute early (beacon.py), the times of claims are ours."""


def owner_of(visit: Activity, pointer: VisitorPointer | None) -> Stay | None:
    """Return the stay of the lead that the visit belongs to, None if it is nobody's."""
    if pointer is None:
        return None
    moment = min(visit.received, visit.at + _SLOW_CLOCK)
    present = Stay(lead=pointer.lead, bound=pointer.bound, since=pointer.since)
    stays = [present, *([pointer.before] if pointer.before else [])]
    found = next((stay for stay in stays if stay.since is None or stay.since <= moment), None)
    return found if found and found.lead else None


def after_click(pointer: VisitorPointer | None, lead: str, at: datetime) -> VisitorPointer:
    """Return whose the browser is after a page was opened at `at` by a click in a mail to the lead."""
    claimed = _claimed(pointer, lead, at, bound=False)
    known = pointer.mail_visit if pointer else None
    return claimed if known and known.at > at else replace(claimed, mail_visit=MailVisit(lead=lead, at=at))


def after_form(pointer: VisitorPointer | None, lead: str, at: datetime) -> VisitorPointer:
    """Return whose the browser is after a form with the lead's address was posted at `at`."""
    if pointer is None or not is_proof(pointer, lead, at):
        return _claimed(pointer, lead, at, bound=True)
    if pointer.lead == lead:
        return replace(pointer, bound=True, proven=True, seen=at)
    if not pointer.lead and pointer.mail_visit and pointer.since:
        return _no_longer_shared(pointer, lead, at, pointer.since, pointer.mail_visit)
    return replace(_moved(pointer, lead, at, bound=True), proven=True)


def is_proof(pointer: VisitorPointer, lead: str, at: datetime) -> bool:
    """Return whether a form with the lead's address, posted at `at`, proves the browser.

    It does if the last click in a mail that opened a page here was in a mail to the lead, at most a day before. Rows of
    older releases know no click: there, a browser that is likely the lead's came by one.
    """
    known = pointer.mail_visit
    if known is None:
        return pointer.lead == lead and not pointer.bound and pointer.seen is None
    return known.lead == lead and timedelta() <= at - known.at <= _MAIL_VISIT


def _no_longer_shared(
    pointer: VisitorPointer, lead: str, at: datetime, shared: datetime, click: MailVisit
) -> VisitorPointer:
    """Return the shared browser as the lead's from the click on, but from no time before it was shared.

    If the click came later, the visits between are nobody's.
    """
    before = pointer.before if click.at <= shared else Stay(lead="", bound=False, since=shared)
    since = max(click.at, shared)
    return VisitorPointer(lead=lead, bound=True, proven=True, since=since, seen=at, before=before, mail_visit=click)


def _claimed(pointer: VisitorPointer | None, lead: str, at: datetime, bound: bool) -> VisitorPointer:
    """Return whose the browser is after a claim that proves nothing."""
    if pointer is None:
        return VisitorPointer(lead=lead, bound=bound, seen=at)
    if pointer.lead == lead:
        return replace(pointer, bound=pointer.bound or bound, seen=max(at, pointer.seen or at))
    if not pointer.lead or pointer.proven:
        return pointer
    if pointer.seen and abs(at - pointer.seen) <= _SHARED_WITHIN:
        # visits before the lead came, of which no copy was made yet, are nobody's
        before = Stay(lead=pointer.lead, bound=pointer.bound, since=pointer.since or pointer.seen)
        return VisitorPointer(lead="", bound=False, since=at, before=before, mail_visit=pointer.mail_visit)
    is_late = pointer.seen is not None and at < pointer.seen
    return pointer if is_late or (pointer.bound and not bound) else _moved(pointer, lead, at, bound)


def _moved(pointer: VisitorPointer, lead: str, at: datetime, bound: bool) -> VisitorPointer:
    """Return the browser as the lead's from `at` on."""
    before = Stay(lead=pointer.lead, bound=pointer.bound, since=pointer.since)
    return VisitorPointer(lead=lead, bound=bound, since=at, seen=at, before=before, mail_visit=pointer.mail_visit)
