"""What the tests of a move share: a lead in a journey, and an engine that says what it is told to."""

from collections.abc import Callable, Sequence
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture import advance
from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision
from ripen.journey.effects import Effect, Update
from ripen.journey.engine import Moved, Scene
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.mail.ledger import MailClass, Send
from tests.support.builders import a_lead
from tests.support.fakes import NOON

KEY = keys.enrollment("lead1", "whitepaper", "a1")
ENTRY = Enrollment(lead="lead1", journey="whitepaper", key="a1", entered=NOON, bundle="bundle1")
UPDATE = Update(id="u1", fields={"department": "広報"}, add_tags=("vip",), stage="mql", step="update-1")
SEND = Send(
    id="s" * 26,
    lead="lead1",
    email="case-study",
    mail_class=MailClass.MARKETING,
    origin="whitepaper",
    step="send-case-study",
    planned=NOON,
)
type Says = Callable[..., None]


def engine(monkeypatch: pytest.MonkeyPatch, effects: Sequence[Effect], scenes: list[Scene]) -> None:
    def walk(enrollment: Enrollment, scene: Scene, now: Any) -> Moved:
        scenes.append(scene)
        later = now + timedelta(hours=1)
        return Moved(enrollment=replace(enrollment, step="here"), effects=tuple(effects), due=later, decisions=())

    monkeypatch.setattr(advance, "advance", walk)


def enrol(table: Table, *others: Enrollment, **profile: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(id="lead1", **profile)), Create(KEY, ENTRY, due=NOON))
    for other in others:
        table.write(Create(keys.enrollment("lead1", other.journey, other.key), other, due=NOON))


def profile_of(table: Table) -> Profile:
    row = table.get(keys.profile("lead1"))
    assert row
    return row.value


def activities(table: Table) -> list[Activity]:
    return [row.value for row in table.under("lead1", "activity#")]


def decisions(table: Table) -> list[Decision]:
    return [row.value for row in table.under("lead1", "decision#")]
