"""Delivery of one mail, with a fake SES."""

from copy import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from nurture.deliver import OutOfTime, deliver, handler, record_handler
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.journey.enrollment import Enrollment
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.mail.ledger import SendState
from ripen.playbook.bundle import Policy
from ripen.tracking import link_token
from tests.support.builders import a_bundle, a_lead, a_mail
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import (
    ADDRESS_KEY,
    LINK_KEYS,
    SITE,
    FakeSes,
    a_context,
    a_send,
    an_outside,
    decisions,
    known,
    planned,
    row,
    throttles,
)


def test_planned_mail_is_handed_over_once_and_recorded(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send())
    ses = FakeSes()

    deliver(key, an_outside(table, clock, ses))

    (mail,) = ses.taken
    assert mail.to == "hanako@example.co.jp"
    assert mail.tags.items() >= {"send_id": a_send().id, "lead": "lead1", "class": "transactional"}.items()
    after = row(table, key)
    assert (after.value.state, after.due) == (SendState.ACCEPTED, None)
    assert after.value.message_id == f"m-{a_send().id}-1"
    assert after.value.subject == "山田様へ"
    assert decisions(table) == [("accepted", "")]
    assert (after.value.bundle, after.value.locale) == ("bundle1", "ja")


def test_links_lead_through_us_and_unsubscribe_needs_its_own_token(table: Table, clock: FakeClock) -> None:
    known(table)
    ses = FakeSes()
    deliver(planned(table, a_send()), an_outside(table, clock, ses))
    click = ses.taken[0].text.splitlines()[1]
    assert click.startswith(f"{SITE}/c/")
    link = link_token.Link("lead1", a_send().id)
    assert link_token.read_token(LINK_KEYS, link_token.Purpose.CLICK, click.rpartition("/")[2]) == link
    url = ses.taken[0].headers["List-Unsubscribe"].strip("<>")
    assert link_token.read_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, url.rpartition("/")[2]) == link


def test_second_wake_up_does_nothing(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    dependencies = an_outside(table, clock, ses)
    ses.meanwhile = lambda mail: deliver(key, dependencies)
    deliver(key, dependencies)
    deliver(key, dependencies)
    assert ses.calls == 1


def test_deleted_send_is_ignored(table: Table, clock: FakeClock) -> None:
    assert deliver(keys.send("lead1", "none"), an_outside(table, clock, FakeSes())) is None


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"consent": {}}, "no consent"),
        ({"unsubscribed": NOON}, "unsubscribed"),
        ({"bounced": NOON}, "bounced"),
        ({"complained": NOON}, "complained"),
        ({"sent": {"2026-11-20": 2}}, "capped"),
    ],
)
def test_marketing_mail_is_skipped_with_a_reason(
    table: Table, clock: FakeClock, contact: dict[str, Any], reason: str
) -> None:
    known(table, **contact)
    key, ses = planned(table, a_send(email="case-study")), FakeSes()

    deliver(key, an_outside(table, clock, ses, playbook=a_bundle(policy=Policy(per_week=2))))

    after = row(table, key)
    assert (after.value.state, after.value.reason, after.due) == (SendState.SKIPPED, reason, None)
    assert decisions(table) == [("skipped", reason)]
    assert ses.calls == 0


def test_transactional_mail_goes_without_consent_even_after_an_unsubscription(table: Table, clock: FakeClock) -> None:
    known(table, consent={}, unsubscribed=NOON)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses))
    assert row(table, key).value.state is SendState.ACCEPTED


def test_a_suppressed_address_gets_nothing(table: Table, clock: FakeClock) -> None:
    known(table)
    hashed = address_hash(ADDRESS_KEY, "hanako@example.co.jp")
    table.write(Create(keys.suppression(hashed), Suppression(reason="bounce", at=NOON)))
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.reason, ses.calls) == ("suppressed", 0)


def test_expired_mail_is_skipped(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    clock.move(days=8)
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.reason, ses.calls) == ("expired", 0)


def test_mail_shows_the_facts_of_its_enrollment(table: Table, clock: FakeClock) -> None:
    # given a mail that names the webinar's date, and an enrollment that knows it
    known(table)
    bundle = a_bundle()
    dated = replace(bundle.emails["whitepaper-delivery"], locales={"ja": a_mail(text="{{ entry.webinar_date }}")})
    bundle = replace(bundle, emails={"whitepaper-delivery": dated})
    facts = {"webinar_date": "2026-12-10"}
    enrollment = Enrollment(
        lead="lead1", journey="whitepaper", key="2026-12-10", entered=NOON, bundle=bundle.hash, facts=facts
    )
    table.write(Create(keys.enrollment("lead1", "whitepaper", enrollment.key), enrollment))
    ses = FakeSes()
    # when it is delivered
    deliver(planned(table, a_send(entry=enrollment.key)), an_outside(table, clock, ses, playbook=bundle))
    # then
    assert [mail.text for mail in ses.taken] == ["2026-12-10"]


@pytest.mark.parametrize("proven", [None, NOON])
def test_typed_text_is_mailed_to_a_proven_address_only(table: Table, clock: FakeClock, proven: datetime | None) -> None:
    known(table, a_lead(company="Call 0900 now"), proven=proven)
    bundle = a_bundle()
    text = replace(bundle.emails["whitepaper-delivery"], locales={"ja": a_mail(text="{{ lead.company }}")})
    ses = FakeSes()
    deliver(planned(table, a_send()), an_outside(table, clock, ses, playbook=replace(bundle, emails={text.name: text})))
    assert [mail.text for mail in ses.taken] == ["Call 0900 now" if proven else ""]


def test_finished_send_leaves_the_agenda(table: Table, clock: FakeClock) -> None:
    key = planned(table, a_send(state=SendState.ACCEPTED))
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).due is None


def test_send_stays_in_the_lane_of_its_class(table: Table, clock: FakeClock) -> None:
    known(table)
    ses = FakeSes(answer=throttles)
    for email in ("case-study", "whitepaper-delivery"):
        deliver(planned(table, a_send(email=email)), an_outside(table, clock, ses))
    later = NOON + timedelta(hours=1)
    paced, hot = (table.due(lane, shard("lead1"), later) for lane in (Lane.MAIL, Lane.HOT))
    assert [due.ref for due in paced] == [keys.send("lead1", a_send(email="case-study").id).ref]
    assert [due.ref for due in hot] == [keys.send("lead1", a_send().id).ref]


def test_lead_without_a_contact_row_gets_transactional_mail(table: Table, clock: FakeClock) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.state is SendState.ACCEPTED
    assert table.get(keys.contact("lead1")) is not None
    assert Contact(lead="lead1").sent == {}


def test_claim_that_counts_nothing_does_not_write_the_contact(table: Table, clock: FakeClock) -> None:
    known(table)
    deliver(planned(table, a_send(email="case-study", attempt=1)), an_outside(table, clock, FakeSes()))
    contact = table.get(keys.contact("lead1"))
    assert contact and contact.version == 1


def test_an_erased_lead_gets_nothing(table: Table, clock: FakeClock) -> None:
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.reason == "no such lead"


def test_no_mail_is_started_when_the_invocation_is_nearly_over() -> None:
    record: Any = SimpleNamespace(body="lead#lead1|send#x")
    with pytest.raises(OutOfTime):
        record_handler(record, a_context(14_999))


def test_message_that_names_no_send_fails_alone() -> None:
    bodies = ["", "lead#lead1|profile", "nonsense"]
    records = [{"messageId": str(n), "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]
    answer = handler({"Records": records}, a_context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
