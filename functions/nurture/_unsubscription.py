"""The rows of an unsubscription: the withdrawal, its reason, and the undo, each in one transaction."""

from copy import replace
from datetime import datetime

from ripen.adapters.rows.expiry import row_expires
from ripen.adapters.table import Add, Change, Create, Key, Replace, Table, keys
from ripen.campaign.counts import counter
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import ConsentRecord, Contact
from ripen.lead.unsubscription import (
    UnsubscribeReason,
    can_be_restored,
    is_unsubscribed,
    restored,
    withdrawn,
)
from ripen.mail.ledger import Send
from ripen.mail.limits import request_cap
from ripen.playbook.bundle import Bundle


def activity_of(kind: Kind, send: Send, now: datetime) -> Activity:
    """Return what the reader of the mail did on its page."""
    return Activity(
        id=digest(kind, send.id, now.isoformat()),
        lead=send.lead,
        kind=kind,
        at=now,
        received=now,
        subject=send.email,
        facts={"send": send.id},
    )


def withdraw(table: Table, send: Send, bundle: Bundle, now: datetime) -> Key[Activity] | None:
    """Write the withdrawal. Return the key of its activity, None if the consents were withdrawn before."""
    row = table.get(keys.contact(send.lead))
    before = row.value if row else Contact(lead=send.lead)
    refused = request_cap.refused_with(send, bundle)
    if is_unsubscribed(before, refused):
        return None
    activity = activity_of(Kind.UNSUBSCRIBED, send, now)
    key = keys.activity(send.lead, now, activity.id)
    table.write(
        Replace(
            keys.contact(send.lead), withdrawn(before, refused, activity.id, now, send.id), row.version if row else 0
        ),
        _record(activity, granted=False, source="unsubscribe"),
        Create(key, activity, due=now),
        *_counted(send, 1),
    )
    return key


def undo(table: Table, send: Send, now: datetime) -> Key[Activity] | None:
    """Write that the lead took its unsubscription back. Return the key of its activity, None without one to undo."""
    row = table.get(keys.contact(send.lead))
    if row is None or not can_be_restored(row.value, send.id, now):
        return None
    activity = activity_of(Kind.RESUBSCRIBED, send, now)
    key = keys.activity(send.lead, now, activity.id)
    after = restored(row.value, activity.id, now)
    is_granted = any(permission.granted for permission in after.consent.values())
    table.write(
        Replace(row.key, after, row.version),
        *([_record(activity, granted=True, source="undo")] if is_granted else []),
        Create(key, activity, due=now),
        *_counted(send, -1),
    )
    return key


def add_reason(table: Table, send: Send, reason: UnsubscribeReason, bundle: Bundle) -> bool:
    """Write the reason into the activity of the unsubscription. Return False if that activity does not exist."""
    contact = table.get(keys.contact(send.lead))
    permission = contact.value.consent.get("marketing") if contact else None
    if permission is None or permission.granted:
        return False
    row = table.get(keys.activity(send.lead, permission.at, permission.record))
    if row is None or row.value.kind is not Kind.UNSUBSCRIBED:
        return False
    told = replace(row.value, facts=row.value.facts | {"why": str(reason)})
    expires = row_expires(row, bundle.keep) if row.value.folded else row.expires
    table.write(Replace(row.key, told, row.version, due=row.due, lane=row.lane, expires=expires))
    return True


def _record(activity: Activity, granted: bool, source: str) -> Change:
    record = ConsentRecord(
        id=activity.id, lead=activity.lead, purpose="marketing", granted=granted, at=activity.at, source=source
    )
    return Create(keys.consent(activity.lead, activity.at, activity.id), record)


def _counted(send: Send, more: int) -> list[Change]:
    """Count the unsubscription, or its undo, for the mail's campaign, which halts at too many."""
    if not send.campaign:
        return []
    return [Add(keys.campaign_count(send.origin, counter(send.lead)), {"unsubscribed": more})]
