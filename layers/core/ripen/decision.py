"""A decision and its reason: why something was sent, skipped, held, ranked, alerted or written to the CRM."""

from datetime import datetime

from msgspec import Struct


class Decision(Struct, frozen=True, kw_only=True):
    """Append-only. `what` is one of send, enrollment, step, rank, verdict, alert, crm, webhook, reply; `outcome` is past tense
    ("accepted", "skipped", "exited", …); `reason` a code in words a marketer knows ("no consent", "unsubscribed", "bounced")."""

    id: str
    lead: str
    at: datetime
    what: str
    subject: str
    """The email, journey, rank or record that it is about."""
    outcome: str
    reason: str = ""
    bundle: str = ""
    """Hash of the playbook it was judged by."""
    activities: tuple[str, ...] = ()
    facts: dict[str, str] = {}
