"""ripen lead: journeys, mails and alerts, the earliest first."""

from datetime import timedelta

from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.journey.enrollment import Enrollment
from ripen.operations.leads.report import lead_report
from ripen.slack.alert import Alert
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_known_lead, a_stack


def test_journeys_mails_and_alerts_are_in_order_of_time(table: Table, clock: FakeClock) -> None:
    # given rows whose keys have another order
    stack: Stack = a_stack(table, clock)
    a_known_lead(table)
    for name, days in (("z", 0), ("a", 2), ("m", 1)):
        at = NOON + timedelta(days=days)
        table.write(
            Create(
                keys.enrollment("lead1", name, "once"),
                Enrollment(lead="lead1", journey=name, key="once", entered=at, bundle="b"),
            ),
            Create(keys.alert("lead1", name), Alert(id=name, lead="lead1", kind="hot", planned=at)),
            Create(keys.send("lead1", name), a_marketing_mail(id=name, planned=at)),
        )
    # when
    found = lead_report("hanako@example.co.jp", stack.table, stack.playbook, stack.secrets, NOON)
    # then
    assert [each["journey"] for each in found["enrollments"]] == ["z", "m", "a"]
    assert [[each["id"] for each in found[part]] for part in ("sends", "alerts")] == [["z", "m", "a"]] * 2


def test_messages_about_a_hand_off_are_apart_from_the_alerts(table: Table, clock: FakeClock) -> None:
    stack: Stack = a_stack(table, clock)
    a_known_lead(table)
    card = Alert(id="card", lead="lead1", kind="hot", planned=NOON)
    message = Alert(id="message", lead="lead1", kind="reminder", planned=NOON, about="card")
    table.write(Create(keys.alert("lead1", "card"), card), Create(keys.alert("lead1", "message"), message))

    found = lead_report("hanako@example.co.jp", stack.table, stack.playbook, stack.secrets, NOON)

    assert [[each["id"] for each in found[part]] for part in ("alerts", "hand_off_messages")] == [["card"], ["message"]]
