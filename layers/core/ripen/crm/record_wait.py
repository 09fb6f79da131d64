"""What a lead without a record in the CRM waits for, as its mark says."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.crm.crm_errors import error_code
from ripen.marks import CrmMark

_REQUIRED = {"last_name", "company"}
_MANY = 4
"""After so many attempts in a row that failed, some minutes after the first, the CRM counts as unreachable."""


class Wait(StrEnum):
    SAVING = "saving"
    MISSING = "missing"
    """The lead lacks fields that the CRM requires; `detail` names them."""
    BLOCKED = "blocked"
    """We do not write the record; `detail` is the reason."""
    REFUSED = "refused"
    """The CRM refused the record; `detail` is the code."""
    NOT_CONNECTED = "not connected"
    UNREACHABLE = "unreachable"


class RecordWait(Struct, frozen=True, kw_only=True):
    why: Wait = Wait.SAVING
    detail: str = ""
    since: datetime | None = None
    """For NOT_CONNECTED and UNREACHABLE."""


def record_wait(mark: CrmMark | None) -> RecordWait:
    """Return what the record waits for."""
    if mark is None:
        return RecordWait()
    if since := mark.failing_since:
        if mark.refused:
            return RecordWait(why=Wait.REFUSED, detail=error_code(mark))
        if not mark.error:
            return RecordWait(why=Wait.NOT_CONNECTED, since=since)
        return RecordWait(why=Wait.UNREACHABLE, since=since) if mark.attempts >= _MANY else RecordWait()
    if not mark.waits_for:
        return RecordWait()
    why = Wait.MISSING if _REQUIRED.issuperset(mark.waits_for.split(", ")) else Wait.BLOCKED
    return RecordWait(why=why, detail=mark.waits_for)
