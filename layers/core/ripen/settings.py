"""Settings of the whole installation: one row each."""

from datetime import datetime

from msgspec import Struct


class Stop(Struct, frozen=True, kw_only=True):
    """Present and `on`: nothing is claimed any more (DESIGN rule 11)."""

    on: bool
    at: datetime
    by: str = ""


class Shadow(Struct, frozen=True, kw_only=True):
    """Present and `on`: everything is judged, nothing is sent or written outside. What would have been is a decision
    whose reason is SHADOWED."""

    on: bool
    at: datetime
    by: str = ""


SHADOWED = "shadow"


class ClockOffset(Struct, frozen=True, kw_only=True):
    """How far the application clock runs ahead of the wall clock; only the local cloud writes it."""

    seconds: float = 0.0


class LivePlaybook(Struct, frozen=True, kw_only=True):
    """Which playbook bundle is live, and the public address that links in mails and pages start with (no slash at
    the end)."""

    bundle: str
    site: str
    at: datetime
    previous: str = ""
    """The bundle that was in force before, and is until …"""
    in_force_from: datetime | None = None
    """… then, which is real time, however the clock is moved: every function has looked at this row by then, so that all change over
    at one moment. None: at once."""


class Published(Struct, frozen=True, kw_only=True):
    """What was made live, the latest last; bundles are never deleted, so that each can be again."""

    history: tuple[LivePlaybook, ...] = ()
