"""SpamAssassin finds nothing in the example mails that counts against them."""

from copy import replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ripen.adapters.ses.mailer import Ses
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import compose
from ripen_authoring.compile import compile_playbook
from sandbox.ses.message import build
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.planned_mails import LINK_KEYS, SITE, a_send
from tests.support.spamassassin import points

ACCEPTED = {
    "HTML_MESSAGE": "a mail may be written in HTML",
    "MSGID_SHORT": "the stand-in's Message-ID; on AWS it is that of SES",
}
BAD = b"""From: a@b.example
To: c@d.example
Subject: Hi
Content-Type: text/html; charset=utf-8

<html><body><div style="font-size:1px;color:#ffffff">hidden words</div><p>Hello</p></body></html>
"""


class Client:
    """Keeps the request to SES."""

    meta = SimpleNamespace(region_name="ap-northeast-1")

    def send_email(self, **request: Any) -> dict[str, str]:
        self.request = request
        return {"MessageId": "m1"}

    def close(self) -> None:
        pass


def test_no_example_mail_gets_points(tmp_path: Path) -> None:
    bundle = compile_playbook(Path(__file__).parents[2] / "playbook")
    names = list(product(bundle.emails, ("ja", "en")))
    mails = []
    for email, locale in names:
        client, send = Client(), a_send(email=email, mail_class=bundle.emails[email].mail_class)
        Ses("set1", client).send(
            compose(send, replace(a_lead(), locale=locale), bundle, MailLinks(SITE, LINK_KEYS), NOON)
        )
        mails.append(build(client.request, "m1", NOON))

    judged = points([*mails, BAD], tmp_path)

    assert "HTML_FONT_LOW_CONTRAST" in judged.pop()
    against = [{rule for rule, score in found.items() if score > 0} - ACCEPTED.keys() for found in judged]
    assert {name: rules for name, rules in zip(names, against, strict=True) if rules} == {}
