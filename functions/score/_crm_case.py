"""The leads that score.sync may have to write to Salesforce, and what becomes of each."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import batched

from msgspec import Struct

from ripen.adapters.table import Conflict, Replace, Row, Table, keys
from ripen.crm.crm_mark import MarkChange
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock, CrmRecords, Wake
from score._api_budget import Budget


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that syncing needs, the playbook that it follows, and the budget of API calls."""

    table: Table
    clock: Clock
    bundle: Bundle
    crm: CrmRecords
    alert: Wake
    budget: Budget


class Case(Struct, frozen=True, kw_only=True):
    """One lead whose mark is due."""

    profile: Row[Profile]
    state: Row[State]
    mark: Row[CrmMark]

    @property
    def lead(self) -> str:
        return self.profile.value.id


class SyncOutcome(Struct, frozen=True):
    """The lead's mark after this case."""

    case: Case
    result: MarkChange


def read_cases(leads: Sequence[str], table: Table) -> Iterator[Case]:
    """Yield the leads whose mark is due: an earlier message has dealt with the others.

    The mark of a lead that does not exist any more is taken off the agenda.
    """
    rows = table.get_many(
        [key for lead in leads for key in (keys.profile(lead), keys.state(lead), keys.crm_mark(lead))]
    )
    for profile, state, mark in batched(rows, 3, strict=True):
        if mark is None or mark.due is None:
            continue
        if profile and state:
            yield Case(profile=profile, state=state, mark=mark)
        elif profile is None:
            with suppress(Conflict):
                table.write(Replace(mark.key, mark.value, mark.version))
