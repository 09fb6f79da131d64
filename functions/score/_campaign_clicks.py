"""Counts the leads that clicked in a campaign's mail: each lead once, and only while a click counts as a person's."""

from collections.abc import Iterable, Iterator
from copy import replace
from datetime import datetime

from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.lead.activity import Activity, Verdict
from ripen.mail.ledger import Send
from ripen.tracking.click_evidence import is_click


def new_clicks(lead: str, activities: Iterable[Activity], table: Table, now: datetime) -> Iterator[Change]:
    """Yield the changes that note a person's first click on a mail, and count it."""
    human = {send for activity in activities if (send := _send_of(activity)) and activity.verdict is Verdict.HUMAN}
    yield from _noted(_sends(lead, human, table), human, now)


def click_corrections(
    lead: str, revised: Iterable[Activity], activities: Iterable[Activity], table: Table, now: datetime
) -> Iterator[Change]:
    """Yield the changes of mails whose clicks have a revised verdict.

    `activities` are all of the lead's, as judged now.
    """
    touched = {send for activity in revised if (send := _send_of(activity))}
    if not touched:
        return
    human = {send for a in activities if (send := _send_of(a)) in touched and a.folded and a.verdict is Verdict.HUMAN}
    yield from _noted(_sends(lead, touched, table), human, now)


def _send_of(activity: Activity) -> str:
    """Return the id of the campaign's mail whose link was clicked; "" for any other activity."""
    return activity.facts.get("send", "") if is_click(activity) and activity.facts.get("campaign") else ""


def _sends(lead: str, ids: Iterable[str], table: Table) -> list[Row[Send]]:
    wanted = [keys.send(lead, id) for id in sorted(ids)]
    return [row for row in table.get_many(wanted) if row] if wanted else []


def _noted(rows: Iterable[Row[Send]], human: set[str], now: datetime) -> Iterator[Change]:
    for row in rows:
        send = row.value
        if (send.id in human) is (send.clicked is None):
            after = replace(send, clicked=now if send.id in human else None)
            yield Replace(row.key, after, row.version, due=row.due, lane=row.lane, expires=row.expires)
            yield from count_sends([(send, after)])
