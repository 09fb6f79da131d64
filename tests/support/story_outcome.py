"""The outcome of a story, to compare two: all that people can see and the table holds, without times and ids."""

import re
from collections import Counter
from typing import Any

from ripen.adapters.rows.decisions import decisions_in
from ripen.adapters.table import keys
from tests.support.lead_story import World

Outcome = dict[str, Any]

_DOUBTS = {"unknown"}
"""Outcomes of decisions that only a story with faults may have."""
_SAME = ("updated", "created")
"""Outcomes that count as the same: the next worker finds a dead worker's record and calls it updated."""
_OWN = re.compile(r"[a-z2-7]{26}|見本\d+")
"""Values that differ in each story: our ids, the company."""
_LEAD = "Id, LastName, FirstName, Company, Title, Phone, Ripen_Rank__c, Ripen_Key__c, OwnerId"


def outcome(world: World) -> Outcome:
    org = world.outside.org
    records = org.query(f"SELECT {_LEAD} FROM Lead WHERE Email = '{world.email}'")  # noqa: S608
    ids = "', '".join(record["Id"] for record in records)
    tasks = org.query(f"SELECT Id, Subject FROM Task WHERE WhoId IN ('{ids}')") if ids else []  # noqa: S608
    lead = records[0]["Ripen_Key__c"] if records else ""
    return rows(world, lead) | {
        "mails": len(world.mails()),
        "cards": [_card(card) for card in world.cards()],
        "records": [_record(record) for record in records],
        "tasks": [_OWN.sub("…", task["Subject"]) for task in tasks],
        "left on the agenda": [kind for _, kind in world.agenda()],
        "dead letters": [queue for queue, _ in world.dead],
    }


def unlike(end: Outcome, wanted: Outcome) -> Outcome:
    """Return the differences between two outcomes: (this, the expected one)."""
    names = sorted(end.keys() | wanted.keys())
    return {name: (end.get(name), wanted.get(name)) for name in names if end.get(name) != wanted.get(name)}


def _record(record: dict[str, Any]) -> dict[str, Any]:
    left_out = ("Id", "Ripen_Key__c", "attributes")
    return {name: _plain(value) for name, value in record.items() if name not in left_out}


def _card(card: dict[str, Any]) -> dict[str, Any]:
    text = str(card["blocks"])
    return {
        "linked": "/lightning/r/Lead/" in text,
        "accepted": "<@U0ALICE>" in text,
        "owner": "Alice Sato" in text,
        "thread": len(card["thread"]),
    }


def rows(world: World, lead: str) -> Outcome:
    """Return, by kind of row, the parts that are the same in every good outcome."""
    rows: dict[str, list[Any]] = {}
    found = list(world.table.under(lead, ""))
    for row in found:
        rows.setdefault(f"row {keys.kind(row.key.ref)}", []).append(_kept(row.value))
    rows.pop("row decision", None)
    decisions = [_kept(decision) for decision in decisions_in(row.value for row in found)]
    return {kind: sorted(values, key=str) for kind, values in rows.items()} | {
        "decisions": Counter(str(decision).replace(*_SAME) for decision in decisions if decision[2] not in _DOUBTS)
    }


def _kept(value: Any) -> tuple[Any, ...]:
    return tuple(_plain(getattr(value, field)) for field in _KEPT.get(type(value).__name__, ()))


def _plain(value: Any) -> Any:
    """Return the value; of a time, only whether there is one."""
    if hasattr(value, "isoformat"):
        return "some time"
    if type(value).__name__ == "CrmLink":
        return value.object, value.owner_name
    return _OWN.sub("…", value) if isinstance(value, str) else value


_KEPT = {
    "Profile": ("last_name", "company", "phone", "locale", "crm"),
    "State": ("rank", "episode", "activity_count", "fit_reasons", "segments"),
    "Contact": ("unsubscribed", "bounced"),
    "Activity": ("kind", "subject", "folded"),
    "Enrollment": ("journey", "state", "step", "visits", "reason"),
    "Send": ("email", "state", "accepted", "delivered"),
    "Alert": ("kind", "state", "outcome", "by_name", "channel", "attempts", "error"),
    "Action": ("verb", "outcome", "done"),
    "CrmMark": ("written", "attempts", "error", "waits_for", "claimed"),
    "Decision": ("what", "subject", "outcome"),
    "ConsentRecord": ("purpose", "granted", "source"),
}
