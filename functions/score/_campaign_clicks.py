"""Who clicked in a campaign's mail: one lead once, and only while a click of theirs is judged to be a person's."""

from collections.abc import Iterable, Iterator
from copy import replace
from datetime import datetime

from ripen.adapters.rows.campaign_counts import tally
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.lead.activity import Activity, Verdict
from ripen.mail.ledger import Send
from ripen.tracking.click_evidence import is_click


def clicked(lead: str, judged: Iterable[Activity], table: Table, now: datetime) -> Iterator[Change]:
    """A person's click among these is noted on its mail, and counted; what is noted already stays."""
    human = {send for activity in judged if (send := _of(activity)) and activity.verdict is Verdict.HUMAN}
    yield from _noted(_sends(lead, human, table), human, now)


def reviewed(
    lead: str, revised: Iterable[Activity], all: Iterable[Activity], table: Table, now: datetime
) -> Iterator[Change]:
    """The mails whose clicks were judged otherwise, by `all` that is known of them now."""
    touched = {send for activity in revised if (send := _of(activity))}
    human = {send for a in all if (send := _of(a)) in touched and a.folded and a.verdict is Verdict.HUMAN}
    yield from _noted(_sends(lead, touched, table), human, now)


def _of(activity: Activity) -> str:
    """The campaign's mail that was clicked in; "" for anything else."""
    return activity.facts.get("send", "") if is_click(activity) and activity.facts.get("campaign") else ""


def _sends(lead: str, ids: Iterable[str], table: Table) -> list[Row[Send]]:
    wanted = [keys.send(lead, id) for id in sorted(ids)]
    return [row for row in table.get_many(wanted) if row] if wanted else []


def _noted(rows: Iterable[Row[Send]], human: set[str], now: datetime) -> Iterator[Change]:
    for row in rows:
        send = row.value
        if (send.id in human) is (send.clicked is None):
            after = replace(send, clicked=now if send.id in human else None)
            yield Replace(row.key, after, row.version, due=row.due, lane=row.lane)
            yield from tally(send, after)
