"""Refusals that an older copy of the table does not have: after a restore they still count."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime

from ripen.lead.contact import Contact, Permission


def with_later_refusals(restored: Contact, newer: Contact) -> Contact:
    """Return the restored contact with every refusal and every claimed mail that the newer one has.

    A consent that was given after the restore point is not restored, because its proof is not.
    """
    return replace(
        restored,
        consent=dict(restored.consent) | _withdrawn(restored.consent, newer.consent),
        unsubscribed=_later(restored.unsubscribed, newer.unsubscribed),
        bounced=restored.bounced or newer.bounced,
        complained=restored.complained or newer.complained,
        replied=_later(restored.replied, newer.replied),
        sent=_most(restored.sent, newer.sent),
        requested=_most(restored.requested, newer.requested),
        refused=tuple(dict.fromkeys((*restored.refused, *newer.refused))),
    )


def _withdrawn(restored: Mapping[str, Permission], newer: Mapping[str, Permission]) -> dict[str, Permission]:
    return {
        purpose: permission
        for purpose, permission in newer.items()
        if not permission.granted and (purpose not in restored or permission.at > restored[purpose].at)
    }


def _most(restored: Mapping[str, int], newer: Mapping[str, int]) -> dict[str, int]:
    """Return the higher count of each day."""
    return {day: max(restored.get(day, 0), newer.get(day, 0)) for day in (*restored, *newer)}


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)
