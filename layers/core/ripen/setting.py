"""Settings that hold for the whole installation: one row each."""

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


class Live(Struct, frozen=True, kw_only=True):
    """Which playbook bundle is live, and the public address that links in mails and pages start with (no slash at
    the end)."""

    bundle: str
    site: str
    at: datetime
    before: str = ""
    """The bundle that was in force before, and is until …"""
    since: datetime | None = None
    """… then, which is real time, however the clock is moved: every function has looked at this row by then, so that all change over
    at one moment. None: at once."""


class Published(Struct, frozen=True, kw_only=True):
    """What was made live, the latest last; bundles are never deleted, so that each can be again."""

    history: tuple[Live, ...] = ()


class CrmMark(Struct, frozen=True, kw_only=True):
    """The `due#crm` row: this lead waits to be written to the CRM, or what was written last."""

    lead: str
    urgent: bool = False
    """A new lead or a new rank, which goes within 2 seconds; else a mere score change."""
    written: datetime | None = None
    digest: str = ""
    """Of the values last written: an update that would change nothing is not made."""
    attempts: int = 0
    error: str = ""
    waits_for: str = ""
    """What is missing before the CRM takes it ("last_name, company"), or why sync.when does not admit it."""
    claimed: datetime | None = None
    """When a worker took it to make a Task, the one thing that made twice would stand there twice."""
    foreseen: str = ""
    """Digest of the values that shadow mode would have written last: each is told once."""
    task: str = ""
    """Key of the last Task made for a Contact's owner, or found needless."""


class DecayMark(Struct, frozen=True, kw_only=True):
    """The `due#decay` row: when time alone may change the lead's rank or segments, or a date lets it into a journey."""

    lead: str


class RefoldMark(Struct, frozen=True, kw_only=True):
    """The `due#refold` row: verdicts are to be judged anew, or by another playbook, and the state to be made from all
    activities again."""

    lead: str


class Seen(Struct, frozen=True, kw_only=True):
    """Replay defence: this submission was taken, and became this activity of this lead."""

    lead: str
    activity: str
    expires: datetime | None = None


class Pointer(Struct, frozen=True, kw_only=True):
    """From an address, a CRM id, … to the lead it belongs to."""

    lead: str
