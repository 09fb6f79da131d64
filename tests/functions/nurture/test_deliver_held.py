"""A mail that we cannot send because of a fault of ours is held, and goes once the fault is corrected."""

from copy import replace
from typing import Any

import pytest

from nurture.deliver import deliver
from ripen.adapters.rows.sends import move_send
from ripen.adapters.table import Table
from ripen.mail import ledger
from ripen.mail.ledger import SendState
from ripen.playbook.bundle import Bundle
from tests.support.builders import a_bundle, a_mail
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import FakeSes, a_send, an_outside, decisions, known, planned, refuses, row


def a_playbook_with(**changes: Any) -> Bundle:
    """Return a playbook whose case study is written so, in Japanese."""
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], locales={"ja": a_mail(**changes)})
    return replace(bundle, emails=bundle.emails | {"case-study": email})


NO_TEXT = replace(a_bundle().emails["case-study"], locales={})
FAULTS = {
    "a variable that nobody knows": (
        a_playbook_with(text="{{ nobody.knows }}"),
        "cannot be written: 'nobody' is undefined (line 1, column 4)",
    ),
    "a subject that is no Liquid": (a_playbook_with(subject="{% for %}"), "cannot be written: "),
    "a text without an end": (
        a_playbook_with(html="{% for a in (1..5000) %}" + "x" * 250 + "{% endfor %}"),
        "cannot be written: ",
    ),
    "too many bytes": (a_playbook_with(text="x" * 200_001), "too large: 200 KB of 200 KB"),
    "no language": (a_bundle(emails={"case-study": NO_TEXT}), "cannot be written: it is written in no language"),
    "no mail": (a_bundle(emails={}), "no such mail"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_mail_that_cannot_be_written_is_held_until_it_is_corrected(table: Table, clock: FakeClock, fault: str) -> None:
    broken, reason = FAULTS[fault]
    known(table)
    key, ses = planned(table, a_send(email="case-study")), FakeSes()
    # when
    deliver(key, an_outside(table, clock, ses, playbook=broken))
    # then
    held = row(table, key)
    assert (held.value.state, held.due, ses.calls) == (SendState.HELD, None, 0)
    assert held.value.reason.startswith(reason)
    assert decisions(table) == [("held", held.value.reason)]
    # and it goes with a corrected playbook
    table.write(*move_send(held, ledger.release(held.value, "hanako", NOON), NOON))
    deliver(key, an_outside(table, clock, ses, playbook=a_bundle(hash="corrected")))
    assert (row(table, key).value.state, row(table, key).value.bundle) == (SendState.ACCEPTED, "corrected")


def test_mail_that_ses_refuses_is_held_until_it_is_corrected(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes(answer=refuses)
    deliver(key, an_outside(table, clock, ses))
    held = row(table, key)
    assert (held.value.state, held.due) == (SendState.HELD, None)
    assert decisions(table) == [("held", "refused by SES: MessageRejected")]
    # when it is released
    table.write(*move_send(held, ledger.release(held.value, "hanako", NOON), NOON))
    ses.answer = FakeSes().answer
    deliver(key, an_outside(table, clock, ses, playbook=a_bundle(hash="corrected")))
    # then it is rendered again
    assert (row(table, key).value.state, row(table, key).value.bundle) == (SendState.ACCEPTED, "corrected")


def test_a_fault_of_one_mail_holds_no_other(table: Table, clock: FakeClock) -> None:
    known(table)
    dependencies = an_outside(table, clock, FakeSes(), playbook=a_playbook_with(text="{{ nobody.knows }}"))
    key, other = planned(table, a_send(email="case-study")), planned(table, a_send())
    deliver(key, dependencies)
    deliver(other, dependencies)
    assert [row(table, each).value.state for each in (key, other)] == [SendState.HELD, SendState.ACCEPTED]
