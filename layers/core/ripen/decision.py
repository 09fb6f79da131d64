"""A decision and its reason: why Ripen sent, skipped or held a mail, changed a rank, alerted sales, …."""

from datetime import datetime

from msgspec import Struct


class Decision(Struct, frozen=True, kw_only=True):
    """An append-only row that explains one decision about a lead.

    `what` is one of send, enrollment, step, rank, verdict, alert, crm, webhook, reply. `outcome` is in the past tense
    ("accepted", "skipped", "exited", …). `reason` is a code in words that a marketer knows ("no consent", "bounced",
    …).
    """

    id: str
    lead: str
    at: datetime
    what: str
    subject: str
    """The email, journey, rank or record that the decision is about."""
    outcome: str
    reason: str = ""
    bundle: str = ""
    """Hash of the playbook that was in force."""
    activities: tuple[str, ...] = ()
    facts: dict[str, str] = {}
