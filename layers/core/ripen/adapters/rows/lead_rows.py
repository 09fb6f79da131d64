"""The rows of a lead that a fold reads."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from ripen.adapters.table import Key, Row, Table, keys
from ripen.journey.enrollment import Enrollment
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version


class LeadRows(Struct, frozen=True, kw_only=True):
    """The rows of a lead that a fold reads or writes, apart from its activities; None for a row that does not exist."""

    profile: Row[Profile] | None
    state: Row[State] | None
    crm: Row[CrmMark] | None
    contact: Row[Contact] | None


def read_lead[T](lead: str, table: Table, extra_keys: Sequence[Key[T]] = ()) -> tuple[LeadRows, list[Row[T]]]:
    """Read the lead's rows, and the rows under the extra keys that exist, in one request."""
    wanted: dict[str, Key[Any]] = {
        "profile": keys.profile(lead),
        "state": keys.state(lead),
        "crm": keys.crm_mark(lead),
        "contact": keys.contact(lead),
    }
    found = table.get_many([*wanted.values(), *extra_keys])
    rows = dict(zip(wanted, found, strict=False))
    return LeadRows(**rows), [row for row in found[len(wanted) :] if row]


NO_ROWS = LeadRows(profile=None, state=None, crm=None, contact=None)
"""Of a lead that does not exist yet."""


def enrollments_in(journeys: Iterable[str], lead: str, table: Table) -> list[Enrollment]:
    """Return the lead's enrollments in these journeys."""
    return [row.value for name in sorted(journeys) for row in table.under(lead, f"enrollment#{name}#")]


def is_outdated(state: Row[State] | None, bundle: Bundle) -> bool:
    """Return whether the state was computed with other definitions than the live ones."""
    return state is not None and state.value.rules_version != rules_version(bundle)


def has_outdated_verdicts(state: Row[State] | None) -> bool:
    """Return whether clicks must be judged again."""
    return state is not None and state.value.verdicts_outdated
