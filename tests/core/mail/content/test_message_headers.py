"""The headers of a mail that differ by its class: its list, its machine, and its sender."""

from copy import replace
from typing import Any

import pytest

from ripen.mail.ledger import MailClass
from tests.core.mail.content.test_message import written
from tests.support.builders import a_brand, a_bundle


def test_marketing_mail_names_its_list_and_requested_mail_says_that_a_machine_sent_it() -> None:
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], purpose="製品 news")
    marketing = written(bundle=replace(bundle, emails={"case-study": email})).headers
    assert marketing["List-Id"] == "<---news.example.com>"
    assert "Auto-Submitted" not in marketing
    requested = written(mail_class=MailClass.TRANSACTIONAL).headers
    assert requested["Auto-Submitted"] == "auto-generated"
    assert "List-Id" not in requested


@pytest.mark.parametrize(
    ("mail_class", "own", "address"),
    [
        ("transactional", "notice@mail.example.com", "notice@mail.example.com"),
        ("marketing", "notice@mail.example.com", "news@example.com"),
        ("transactional", "", "news@example.com"),
    ],
)
def test_transactional_mail_may_come_from_an_address_of_its_own(mail_class: Any, own: str, address: str) -> None:
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], mail_class=mail_class)
    brand = a_brand(transactional_sender=own)
    assert written(bundle=replace(bundle, brand=brand, emails={"case-study": email})).sender.endswith(f"<{address}>")
