"""The send rate: how many marketing mails are released in the next minute, and when each of them goes.

The slots follow one another at the rate that SES allows, within the day's quota. A mail without a slot waits in the
table.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.agenda import Due


class Quota(Struct, frozen=True, kw_only=True):
    """The sending limits of the SES account."""

    per_second: float
    per_day: float
    """Negative if SES sets no limit."""
    sent: float
    """Mails sent in the last 24 hours."""


class MailRelease(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `setting#slots` row: how far the release of mail has come.

    A mail is released by a wake-up alone, and leaves its lane when it is claimed. The cursors keep the next tick from
    waking it again. The full look begins without cursors. It finds mails whose wake-up was lost, and mails that were
    planned or postponed to a time before the cursor.
    """

    until: datetime
    """All slots up to this time are taken: a second tick within one minute therefore releases nothing."""
    looked: datetime
    """When the latest full look began."""
    cursors: dict[str, Due] = {}
    """The last mail released since then, by part of the agenda ("mail#17")."""
    waiting: int = 0
    """Mails that the full look counted, less those that were released since."""


class Slots(Struct, frozen=True):
    """Times at which one mail each may go."""

    first: datetime
    every: float
    """Seconds between two slots."""
    count: int

    def at(self, number: int) -> datetime:
        return self.first + timedelta(seconds=number * self.every)


_MINUTE = timedelta(seconds=60)
_FULL_LOOK = timedelta(minutes=5)
_SHARE = 0.9
"""The share of the rate for marketing mail. Transactional mail is not paced and uses the rest."""
_RESERVE = 0.05
"""The share of the day's quota that is kept for transactional mail."""
WORKERS = {14: 5, 50: 10, 100: 20, 200: 40, 500: 100}
"""Workers of bulk delivery by the parameter MailsPerSecond of the template: one for each 5 mails a second, and 5 at
least. A worker waits for the table and SES most of the time (`make bench-release`)."""
NO_SLOTS = Slots(datetime.min, 0, 0)  # noqa: DTZ901


def free_slots(quota: Quota, reserved: datetime | None, urgent: int, now: datetime) -> Slots:
    """Return the slots between `reserved`, up to which they are taken, and a minute from now.

    `urgent` is the number of transactional mails that go first.
    """
    rate = quota.per_second * _SHARE
    if rate <= 0:
        return NO_SLOTS
    first = max(now, reserved or now) + timedelta(seconds=urgent / rate)
    count = int((now + _MINUTE - first).total_seconds() * rate + 1e-3)
    if quota.per_day >= 0:
        count = min(count, int(quota.per_day * (1 - _RESERVE) - quota.sent) - urgent)
    return Slots(first, 1 / rate, max(0, count))


def suitable(per_second: float) -> int:
    """Return the value of MailsPerSecond for SES's maximum send rate: the lowest that suffices, or the highest."""
    return next((rate for rate in WORKERS if rate >= per_second * _SHARE), max(WORKERS))


def continues(release: MailRelease, now: datetime) -> bool:
    """Return whether the release goes on from its cursors; if not, a full look is due.

    A clock that was set back needs a full look too.
    """
    return release.looked <= now < release.looked + _FULL_LOOK
