"""Break each rule of the send ledger in turn: the machine of tests/support/ledger_machine.py must notice it.

Each mutant plays the shortest story in which its rule matters. A test that cannot fail proves nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from datetime import datetime
from typing import Any

import pytest

from ripen.adapters.table import Absent, Change, Replace
from ripen.errors import Unsure
from ripen.lead.contact import Contact
from ripen.mail import ledger
from ripen.mail.content.message import OutgoingMail
from ripen.mail.incoming import feedback
from ripen.mail.ledger import MovedSend, Send, SendState
from ripen.mail.limits import frequency_cap
from tests.support.ledger_machine import Narrow, Sending
from tests.support.ses_socket import WiredSes


class Unconditional(Narrow):
    """Writes over whatever version is there."""

    types: tuple[type[Any], ...] = ()

    def write(self, *changes: Change) -> None:
        super().write(*(self._forced(change) for change in changes))

    def _forced(self, change: Change) -> Change:
        if not isinstance(change, Replace) or change.key.type not in self.types:
            return change
        row = self.get(change.key)
        return replace(change, was=row.version if row else 0)


class ClaimsDoNotTimeOut(Sending):
    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        with _instead(ledger, "time_out", lambda send, now: None):
            yield


class NoConditionOnTheClaim(Sending):
    class table_type(Unconditional):  # noqa: N801 (an attribute of the machine)
        types = (Send, Contact)


class NoConditionOnTheContact(Sending):
    class table_type(Unconditional):  # noqa: N801
        types = (Contact,)


class BotoRetries(Sending):
    retries = 3


class RetriesAtOnceAfterALostAnswer(Sending):
    class ses_type(WiredSes):  # noqa: N801
        def send(self, mail: OutgoingMail) -> str:
            try:
                return super().send(mail)
            except Unsure:
                return super().send(mail)


class SendsMarketingAgainAfterDoubt(Sending):
    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        moves = ledger.time_out

        def overdue(send: Send, now: datetime) -> MovedSend | None:
            moved = moves(send, now)
            if moved and moved.send.state is SendState.HELD:
                return MovedSend(replace(moved.send, state=SendState.PLANNED, unknown=None, claimed=None), now)
            return moved

        with _instead(ledger, "time_out", overdue):
            yield


class SuppressionIsNotChecked(Sending):
    class table_type(Narrow):  # noqa: N801
        def write(self, *changes: Change) -> None:
            super().write(*(change for change in changes if not isinstance(change, Absent)))


class NothingCountsUnderTheCap(Sending):
    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        with _instead(frequency_cap, "with_mail_counted", lambda contact, send, now, zone: contact):
            yield


class EventsSettleNothing(Sending):
    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        with _instead(feedback, "send_after", lambda send, received: None):
            yield


class UnknownSendsLeaveTheAgenda(Sending):
    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        doubt = ledger.mark_unknown
        with _instead(ledger, "mark_unknown", lambda send, reason, now: replace(doubt(send, reason, now), due=None)):
            yield


@contextmanager
def _instead(module: object, name: str, other: Callable[..., object]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, other)
        yield


Story = Callable[[Sending], object]


def wakes(email: str, mode: str, under_way: str = "", lead: str = "lead2") -> Story:
    return lambda machine: machine.wake(machine.plan(lead, email), mode, under_way)


def an_hour(machine: Sending) -> None:
    machine.wait(60)
    for _ in range(3):
        machine.tick("accepted")
        machine.wait(1)


def an_event(machine: Sending) -> None:
    machine._publish(machine.events[0])


TRANSACTIONAL, MARKETING = "whitepaper-delivery", "case-study"
STORIES: dict[type[Sending], list[Story]] = {
    ClaimsDoNotTimeOut: [wakes(MARKETING, "killed before")],
    NoConditionOnTheClaim: [wakes(MARKETING, "accepted", "another worker")],
    NoConditionOnTheContact: [wakes(MARKETING, "accepted", "unsubscribed")],
    BotoRetries: [wakes(MARKETING, "500, taken")],
    RetriesAtOnceAfterALostAnswer: [wakes(TRANSACTIONAL, "breaks off, taken")],
    SendsMarketingAgainAfterDoubt: [wakes(MARKETING, "hangs, taken"), an_hour],
    SuppressionIsNotChecked: [Sending.suppress, wakes(TRANSACTIONAL, "accepted")],
    NothingCountsUnderTheCap: [
        lambda machine: machine.plan_more_than_the_cap("lead1"),
        lambda machine: machine.tick("accepted"),
    ],
    EventsSettleNothing: [wakes(TRANSACTIONAL, "500, taken"), an_event, an_hour],
    UnknownSendsLeaveTheAgenda: [wakes(MARKETING, "breaks off"), Sending.nothing_is_lost],
}


def play(machine_type: type[Sending], story: list[Story]) -> None:
    """Play the story to its end."""
    machine = machine_type()
    try:
        machine.begin()
        for chapter in story:
            chapter(machine)
            machine.nothing_is_lost()
        machine._heal()
    finally:
        machine.around.close()


@pytest.mark.parametrize("mutant", STORIES, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_makes_the_machine_fail(mutant: type[Sending]) -> None:
    play(Sending, STORIES[mutant])
    with pytest.raises(AssertionError):
        play(mutant, STORIES[mutant])


def test_each_mutant_has_a_story() -> None:
    assert set(STORIES) == set(Sending.__subclasses__())
