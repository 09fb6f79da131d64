"""The purpose that decides about a mail after the playbook has changed."""

from copy import replace

from nurture.deliver import deliver
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.campaign import mailing
from ripen.mail.ledger import SendState
from tests.support.builders import a_bundle
from tests.support.campaign_machinery import AUTUMN, known
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import SITE, FakeSes, a_send, an_outside


def test_mail_dropped_from_the_playbook_keeps_its_purpose(table: Table, clock: FakeClock) -> None:
    # given a campaign's mail for partners, to somebody who agreed to marketing only
    small = a_bundle(hash="bundle2", emails={})
    partners = a_bundle()
    partners = replace(partners, emails={"case-study": replace(partners.emails["case-study"], purpose="partners")})
    known(table, "lead1")
    send = a_send(
        id=mailing.campaign_send_id(AUTUMN.name, "lead1"),
        email="case-study",
        origin=AUTUMN.name,
        campaign=True,
        bundle=partners.hash,
    )
    table.write(Create(keys.send("lead1", send.id), send, due=NOON))
    # when the live playbook has that mail no more
    bundles = {partners.hash: partners, small.hash: small}
    dependencies = an_outside(table, clock, FakeSes(), live=lambda: Live(small, SITE), bundle=bundles.__getitem__)
    after = deliver(keys.send("lead1", send.id), dependencies)
    # then
    assert after
    assert (after.state, after.reason) == (SendState.SKIPPED, "no consent")
