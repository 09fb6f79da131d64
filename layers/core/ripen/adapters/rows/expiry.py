"""When a lead's rows expire by `keep`."""

from datetime import datetime
from typing import Any

from ripen.adapters.table import Row
from ripen.lead.activity import Activity
from ripen.mail.ledger import Send
from ripen.playbook.retention import Retention, activity_expires, mail_expires


def row_expires(row: Row[Any], keep: Retention) -> datetime | None:
    """Return when the lead's row expires by these periods, in whole seconds as in the table."""
    match row.value:
        case Activity() as activity:
            expires = activity_expires(activity, keep)
        case Send(planned=planned):
            expires = mail_expires(planned, keep)
        case _:
            return row.expires
    return expires.replace(microsecond=0) if expires else None
