"""Shadow mode: every effect is judged and recorded, and none is sent or written outside."""

from copy import replace

import pytest

from notify._press import Dependencies as ActDependencies
from notify.act import act
from notify.alert import Dependencies as AlertDependencies
from notify.alert import update_card
from nurture.deliver import deliver
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Mark, Replace, Table, keys
from ripen.lead.address import address_hash
from ripen.lead.contact import Suppression
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank, State
from ripen.mail.ledger import SendState
from ripen.operations.sending.shadow import kept_back, release_crm_writes
from ripen.settings import Shadow
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert, AlertState
from tests.support.builders import a_bundle, a_lead
from tests.support.crm_sync import FakeCrm, Office
from tests.support.fake_chat import QUEUE, FakeChat, FakeOwners
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import ADDRESS_KEY, FakeSes, a_send, an_outside, known, planned

ALERT = keys.alert("lead1", "a" * 26)
LINK = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")


@pytest.fixture(autouse=True)
def shadow(table: Table) -> None:
    """Every test begins in shadow mode."""
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))


def end(table: Table) -> None:
    row = table.get(keys.SHADOW)
    assert row
    table.write(Replace(keys.SHADOW, replace(row.value, on=False), row.version))


def decisions(table: Table) -> list[tuple[str, str, str]]:
    return [(decision.what, decision.outcome, decision.reason) for decision in read_decisions(table, "lead1")]


def an_alert(table: Table, **changes: object) -> None:
    alert = Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON)
    table.write(
        Create(keys.profile("lead1"), a_lead()),
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT, fit=40)),
        Create(ALERT, replace(alert, **changes), due=NOON),  # type: ignore[arg-type]
    )


def shown(table: Table, clock: FakeClock, chat: FakeChat) -> Alert:
    update_card(ALERT.ref, AlertDependencies(table, clock, a_bundle(), chat, "sales"))
    row = table.get(ALERT)
    assert row
    return row.value


def calls(chat: FakeChat) -> int:
    return chat.posts + chat.updates + chat.looks + len(chat.responses)


def test_a_mail_is_judged_and_recorded_but_not_sent(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()

    send = deliver(key, an_outside(table, clock, ses))

    assert ses.calls == 0
    assert send and (send.state, send.reason, send.subject) == (SendState.SKIPPED, "shadow", "山田様へ")
    row = table.get(key)
    assert row and row.due is None
    assert decisions(table) == [("send", "would have sent", "shadow")]


def test_a_mail_that_would_be_skipped_keeps_its_own_reason(table: Table, clock: FakeClock) -> None:
    known(table, consent={})
    ses = FakeSes()

    send = deliver(planned(table, a_send(email="case-study")), an_outside(table, clock, ses))

    assert send and send.reason == "no consent"
    assert decisions(table) == [("send", "skipped", "no consent")]


def test_a_suppressed_address_is_recognised_without_a_claim(table: Table, clock: FakeClock) -> None:
    known(table)
    hash = address_hash(ADDRESS_KEY, a_lead().email)
    table.write(Create(keys.suppression(hash), Suppression(reason="bounced", at=NOON)))

    send = deliver(planned(table, a_send()), an_outside(table, clock, FakeSes()))

    assert send and send.reason == "suppressed"


def test_a_mail_of_shadow_mode_is_not_sent_later(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses))
    end(table)

    deliver(key, an_outside(table, clock, ses))

    assert ses.calls == 0


def test_a_lead_is_written_once_after_shadow_mode_ends(table: Table, clock: FakeClock) -> None:
    # given a lead that is due for the CRM
    table.write(Create(keys.state("other"), State(lead="other")))
    office = Office(table, clock, FakeCrm(), FakeQueue())
    office.admit()

    # when it is looked at in shadow mode, twice
    office.sync()
    table.write(Mark(keys.crm_mark("lead1"), NOON))
    office.sync()

    # then the CRM got no call, and the suppressed write is recorded once
    assert office.crm.calls == 0
    mark = office.mark()
    assert (mark.value.waits_for, mark.due is not None) == ("shadow", True)
    assert decisions(table) == [("crm", "would have written", "shadow")]

    # when shadow mode ends
    end(table)
    assert release_crm_writes(table, clock.now()) == 1

    # then it is due at once, and goes
    assert office.mark().due == clock.now()
    office.sync()
    assert len(office.crm.records) == 1
    assert (office.mark().due, office.mark().value.waits_for) == (None, "")
    assert release_crm_writes(table, clock.now()) == 0


def test_missing_crm_fields_are_reported(table: Table, clock: FakeClock) -> None:
    office = Office(table, clock, FakeCrm(), FakeQueue())
    office.admit(last_name="")

    office.sync()

    [row] = table.under("lead1", "decision#")
    assert row.value.facts["lacking"] == "last_name"


def test_a_card_is_recorded_and_never_posted(table: Table, clock: FakeClock) -> None:
    an_alert(table)
    chat = FakeChat()

    assert shown(table, clock, chat).state is AlertState.SHADOW
    end(table)
    assert shown(table, clock, chat).state is AlertState.SHADOW

    assert calls(chat) == 0
    assert decisions(table) == [("alert", "would have posted", "shadow")]
    row = table.get(ALERT)
    assert row and row.due is None


@pytest.mark.parametrize("state", [AlertState.CLAIMED, AlertState.POSTED])
def test_an_earlier_card_waits_for_the_end(table: Table, clock: FakeClock, state: AlertState) -> None:
    an_alert(table, state=state, channel="C0SALES", ts="1", shown="old")
    chat = FakeChat()

    shown(table, clock, chat)
    assert calls(chat) == 0

    end(table)
    clock.move(hours=1)
    assert shown(table, clock, chat).state is AlertState.POSTED
    assert calls(chat) > 0


def test_a_press_is_settled_without_slack_or_salesforce(table: Table, clock: FakeClock) -> None:
    # given a card from before shadow mode
    an_alert(table, state=AlertState.POSTED, channel="C0SALES", ts="1")
    row = table.get(keys.profile("lead1"))
    assert row
    table.write(Replace(row.key, replace(row.value, crm=LINK), row.version))
    chat, owners = FakeChat(), FakeOwners()
    dependencies = ActDependencies(table, clock, a_bundle(), chat, owners, FakeQueue())

    # when two people press Accept
    for user in ("U0ALICE", "U0BOB"):
        action = CardAction(
            id=user,
            lead="lead1",
            alert="a" * 26,
            verb="accept",
            user=user,
            user_name=user,
            at=NOON,
            response_url="https://hooks.slack.com/1",
        )
        table.write(Create(keys.action("lead1", user), action, due=NOON))
        act(keys.action("lead1", user).ref, dependencies)

    # then the first has it, and nothing left the house
    alert = table.get(ALERT)
    assert alert and alert.value.by == "U0ALICE"
    assert (calls(chat), owners.record, owners.tasks) == (0, QUEUE, {})
    assert ("crm", "would have set the owner", "shadow") in decisions(table)
    done = table.get(keys.action("lead1", "U0ALICE"))
    assert done and done.value.done and done.due is None


def test_suppressed_effects_are_listed_with_their_addresses(table: Table, clock: FakeClock) -> None:
    an_alert(table)
    shown(table, clock, FakeChat())

    [entry] = kept_back(table)

    assert (entry["email"], entry["what"], entry["outcome"]) == ("hanako@example.co.jp", "alert", "would have posted")
    assert "山田" in entry["facts"]["text"]
