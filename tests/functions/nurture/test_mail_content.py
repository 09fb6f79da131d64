"""A mail that the live playbook has removed comes from the playbook of the journey or campaign that planned it."""

from copy import replace

import pytest

from nurture.deliver import deliver
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Key, Table, keys
from ripen.campaign import campaign_run
from ripen.journey.enrollment import Enrollment
from ripen.lead.contact import Permission
from ripen.mail.ledger import Send, SendState
from ripen.playbook.bundle import Bundle
from tests.support.builders import a_brand, a_bundle, a_mail
from tests.support.campaign_machinery import AUTUMN
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import SITE, FakeSes, a_send, an_outside, known, planned, row

OLD = a_bundle()
LIVE = a_bundle(hash="live", emails={}, brand=a_brand(sender="new@example.com"))


def after(key: Key[Send], table: Table, clock: FakeClock, ses: FakeSes, old: Bundle = OLD, live: Bundle = LIVE) -> Send:
    bundles = {each.hash: each for each in (old, live)}
    outside = an_outside(table, clock, ses, live=lambda: Live(live, SITE), bundle=bundles.__getitem__)
    deliver(key, outside)
    return row(table, key).value


def enrolled(table: Table, bundle: str = OLD.hash, **changes: object) -> str:
    entry = Enrollment(lead="lead1", journey="whitepaper", key="once", entered=NOON, bundle=bundle, **changes)  # type: ignore[arg-type]
    table.write(Create(keys.enrollment("lead1", "whitepaper", entry.key), entry))
    return entry.key


@pytest.mark.parametrize("email", ["case-study", "whitepaper-delivery"])
def test_journey_finds_its_removed_mail_in_its_own_playbook(table: Table, clock: FakeClock, email: str) -> None:
    known(table)
    key, ses = planned(table, a_send(email=email, entry=enrolled(table))), FakeSes()
    send = after(key, table, clock, ses)
    # the links of the mail lead to the targets of that playbook
    assert (send.state, send.bundle) == (SendState.ACCEPTED, OLD.hash)
    # the sender is the one of today, because the old one may not be verified any more
    assert "new@example.com" in ses.taken[0].sender


def test_live_mail_wins(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send(email="case-study", entry=enrolled(table)))
    assert after(key, table, clock, FakeSes(), live=replace(LIVE, emails=OLD.emails)).bundle == "live"


def test_removed_mail_of_a_campaign_is_found_in_the_playbook_of_its_run(table: Table, clock: FakeClock) -> None:
    """A released mail has no playbook of its own."""
    known(table)
    table.write(Create(keys.campaign(AUTUMN.name), campaign_run.schedule(AUTUMN, OLD.hash, NOON, "hanako", NOON)))
    key = planned(table, a_send(email="case-study", origin=AUTUMN.name, campaign=True, entry="campaign"))
    assert after(key, table, clock, FakeSes()).state is SendState.ACCEPTED


def test_removed_mail_is_judged_by_its_own_purpose(table: Table, clock: FakeClock) -> None:
    known(table, consent={"partners": Permission(granted=True, at=NOON, record="r1")})
    partners = replace(OLD.emails["case-study"], purpose="partners")
    key = planned(table, a_send(email="case-study", entry=enrolled(table)))
    assert (
        after(key, table, clock, FakeSes(), old=a_bundle(emails={"case-study": partners})).state is SendState.ACCEPTED
    )


def test_mail_that_no_playbook_has_is_held(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send(email="case-study", entry=enrolled(table, bundle="live")))
    assert after(key, table, clock, FakeSes()).state is SendState.HELD


def test_text_that_a_removed_form_took_is_not_mailed_to_an_unproven_address(table: Table, clock: FakeClock) -> None:
    known(table)
    note = replace(OLD.forms["whitepaper"].fields[0], name="note", type="text", entry=True)
    old = replace(OLD, forms={"old": replace(OLD.forms["whitepaper"], fields=(note,))})
    email = replace(OLD.emails["whitepaper-delivery"], locales={"ja": a_mail(text="{{ entry.note }}")})
    live = replace(LIVE, forms={}, emails={email.name: email})
    ses = FakeSes()
    after(planned(table, a_send(entry=enrolled(table, facts={"note": "Call 0900"}))), table, clock, ses, old, live)
    assert [mail.text for mail in ses.taken] == [""]
