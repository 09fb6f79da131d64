"""Marks: rows that put a lead on the agenda for one kind of work."""

from datetime import datetime

from msgspec import Struct


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
    shadow_digest: str = ""
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
