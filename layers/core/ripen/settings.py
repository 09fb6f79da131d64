"""Settings of the whole installation, one row each."""

from datetime import datetime

from msgspec import Struct


class Stop(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The row of `ripen stop`: while it is `on`, no worker claims a send."""

    on: bool
    at: datetime
    by: str = ""


class Shadow(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The row of shadow mode: while it is `on`, nothing is sent or written outside.

    Ripen decides as usual and records each action that it would have taken as a decision with the reason SHADOWED.
    """

    on: bool
    at: datetime
    by: str = ""


SHADOWED = "shadow"


class ClockOffset(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How far the application clock is ahead of the wall clock. Only the local cloud writes this row."""

    seconds: float = 0.0


class LastPush(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When the CRM last said that records have changed; written at most once a minute."""

    at: datetime


class LivePlaybook(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which playbook bundle is live, and the public address of links in mails and pages, without a final slash."""

    bundle: str
    site: str
    at: datetime
    previous: str = ""
    """Hash of the previous bundle, which stays in force until `in_force_from`."""
    in_force_from: datetime | None = None
    """When `bundle` takes effect, by the wall clock even if the application clock is moved; None: at once.

    By then every function has read this row, so that all of them switch at the same moment.
    """


class Published(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every publication, the latest last. Bundles are never deleted, so `ripen rollback` can restore any of them."""

    history: tuple[LivePlaybook, ...] = ()
