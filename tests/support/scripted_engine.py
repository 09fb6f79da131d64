"""A lead in a journey, and an engine that returns the effects that a test wants."""

from collections.abc import Callable, Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from nurture import advance
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision
from ripen.journey.context import JourneyContext
from ripen.journey.effects import Effect, UpdateProfile, effect_of
from ripen.journey.engine import Advanced
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.graph import UpdateStep
from tests.support.builders import a_lead
from tests.support.fakes import NOON

KEY = keys.enrollment("lead1", "whitepaper", "a1")
ENTRY = Enrollment(lead="lead1", journey="whitepaper", key="a1", entered=NOON, bundle="bundle1")
UPDATE = UpdateStep(id="update-1", fields={"department": "広報"}, add_tags=("vip",), stage="mql")
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
"""Takes the effects that the engine returns. An UpdateStep stands for its effect on the lead."""


def script_engine(
    monkeypatch: pytest.MonkeyPatch, effects: Sequence[Effect | UpdateStep], contexts: list[JourneyContext]
) -> None:
    """Replace the engine by one that returns these effects and records the contexts that it gets."""

    def advance_once(enrollment: Enrollment, context: JourneyContext, now: datetime) -> Advanced:
        contexts.append(context)
        return Advanced(
            enrollment=replace(enrollment, step="here"),
            effects=tuple(_resolved(effects, enrollment, context, now)),
            due=now + timedelta(hours=1),
            decisions=(),
        )

    monkeypatch.setattr(advance, "advance", advance_once)


def _resolved(
    effects: Sequence[Effect | UpdateStep], enrollment: Enrollment, context: JourneyContext, now: datetime
) -> Iterator[Effect]:
    for each in effects:
        if not isinstance(each, UpdateStep):
            yield each
        elif effect := effect_of(each, replace(enrollment, visits={each.id: 1}), context, now):
            assert isinstance(effect, UpdateProfile)
            context = replace(context, profile=effect.profile)
            yield effect


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
    return read_decisions(table, "lead1")
