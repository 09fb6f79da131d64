"""The mark that puts a lead on the agenda for its next write to the CRM."""

from datetime import datetime, timedelta

from msgspec import Struct

CRM_INTERVAL = timedelta(minutes=15)
"""Between two writes of a mere score change to the CRM."""


class CrmMark(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `due#crm` row: the lead's next write to the CRM, and the result of the previous one."""

    lead: str
    urgent: bool = False
    """True for a new lead or a new rank, which is written within 2 seconds; False for a mere score change."""
    written: datetime | None = None
    digest: str = ""
    """Digest of the values last written; an update that would change nothing is skipped."""
    attempts: int = 0
    error: str = ""
    """Why the last attempt failed: "CODE: message" of the CRM. "" after a success."""
    failing_since: datetime | None = None
    """When the first of the attempts that failed in a row was made."""
    refused: bool = False
    """True if the CRM refused these values, which lasts until a person acts; False for a failure that may pass."""
    ignored: str = ""
    """Code of the refusal that a person chose to ignore: it is not counted, and retried when the lead changes."""
    waits_for: str = ""
    """The fields that the CRM requires and the lead lacks ("last_name, company"), or why sync.when excludes the
    lead."""
    claimed: datetime | None = None
    """When a worker claimed the mark to create a Task, the only record that a repeated call would create twice."""
    shadow_digest: str = ""
    """Digest of the values that shadow mode would have written last, so that each is reported once."""
    task: str = ""
    """Key of the last Task that was created for a Contact's owner or found unnecessary."""
