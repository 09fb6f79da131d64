"""Submissions in quarantine: a person looks at them, and releases or drops them."""

from collections.abc import Callable, Iterable
from typing import Any

from ripen.adapters.table import Conflict, Replace, Row, Table
from ripen.capture.quarantine import KEPT, Quarantined, settle
from ripen.operations.choice import choose
from ripen.playbook.bundle import Bundle
from ripen.words import Words

_NOUNS = Words("submissions in quarantine", "隔離中の送信")

Found = Row[Quarantined]
Answers = dict[str, str | list[str]]
"""By name; a list for a name that was sent more than once."""
Post = Callable[[str, Answers, str], bool]
"""Posts answers to a form, signed and with an Idempotency-Key, and returns whether the form took them."""


def quarantined_submissions(table: Table, forms: Iterable[str]) -> list[Found]:
    """Return the submissions of these forms that wait for a person, the oldest first."""
    rows = [row for form in forms for row in table.under(form, "submission#", of="quarantine")]
    return sorted((row for row in rows if not row.value.settled), key=lambda row: (row.value.at, row.value.id))


def plain(row: Found) -> dict[str, Any]:
    """Return what `ripen quarantine --json` prints: a contract for scripts."""
    value = row.value
    return {
        "id": value.id,
        "form": value.form,
        "at": value.at.isoformat(),
        "why": str(value.why),
        "answers": _by_name(value.answers),
    }


def select(found: list[Found], id: str) -> list[Found]:
    """Return the submission whose id begins so, or all of them for "all". Raise Failure unless exactly one does."""
    return choose({row.value.id: row for row in found}, id, _NOUNS, "ripen quarantine")


def release(found: list[Found], by: str, table: Table, bundle: Bundle, post: Post) -> int:
    """Post these submissions again. Return how many the form took; the others stay in quarantine."""
    taken = 0
    for row in found:
        value = row.value
        honeypot = bundle.forms[value.form].honeypot
        answers = _by_name((name, text) for name, text in value.answers if name != honeypot)
        if post(value.form, answers, f"quarantine-{value.id}"):
            taken += _settle(row, "released", by, table)
    return taken


def drop(found: list[Found], by: str, table: Table) -> int:
    """Forget these submissions. Return how many were dropped."""
    return sum(_settle(row, "dropped", by, table) for row in found)


def _by_name(answers: Iterable[tuple[str, str]]) -> Answers:
    texts: dict[str, list[str]] = {}
    for name, text in answers:
        texts.setdefault(name, []).append(text)
    return {name: found[0] if len(found) == 1 else found for name, found in texts.items()}


def _settle(row: Found, outcome: str, by: str, table: Table) -> bool:
    """Return False if another person decided first."""
    settled = settle(row.value, outcome, by)
    try:
        table.write(Replace(row.key, settled, row.version, expires=row.value.at + KEPT))
    except Conflict:
        return False
    return True
