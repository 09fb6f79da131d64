"""ripen lead says whether the lead may get marketing mail, and since when."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from cli.output.lead import lead_parts
from cli.stack.stack import Stack
from ripen.adapters.table import Replace, keys
from ripen.lead.contact import Contact, Permission
from tests.cli.test_lead_report import report, stack, write_a_full_lead  # noqa: F401 (the fixture)
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

LATER = NOON + timedelta(days=1)
YES, NO = Permission(granted=True, at=NOON, record="r1"), Permission(granted=False, at=LATER, record="r2")


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        (Contact(lead="lead1"), "Marketing mail: no consent"),
        (Contact(lead="lead1", consent={"marketing": YES}), "Marketing mail: agreed (2026-11-21"),
        (
            Contact(lead="lead1", consent={"marketing": NO}, unsubscribed=LATER),
            "Marketing mail: unsubscribed (2026-11-22",
        ),
        (
            Contact(lead="lead1", consent={"marketing": YES}, unsubscribed=NOON - timedelta(days=1)),
            "Marketing mail: agreed",
        ),
        (
            Contact(lead="lead1", consent={"marketing": YES}, bounced=LATER),
            "mail does not reach the address (2026-11-22",
        ),
        (Contact(lead="lead1", consent={"marketing": YES}, complained=LATER), "reported our mail as spam (2026-11-22"),
    ],
)
def test_the_panel_says_whether_marketing_mail_may_go(stack: Stack, contact: Contact, words: str) -> None:  # noqa: F811
    write_a_full_lead(stack.table)
    row = stack.table.get(keys.contact("lead1"))
    stack.table.write(Replace(keys.contact("lead1"), contact, row.version if row else 0))
    printed = StringIO()
    found = report(stack, "hanako@example.co.jp")
    Console(width=200, file=printed).print(lead_parts(found, "UTC", a_bundle())[0])
    assert words in printed.getvalue()


def test_a_journey_that_an_unsubscription_ended_is_said_to_stay_ended(stack: Stack, japanese: None) -> None:  # noqa: F811
    write_a_full_lead(stack.table)
    found = report(stack, "hanako@example.co.jp")
    said = "配信停止が取り消されても続きません"
    assert said not in str(lead_parts(found, "UTC", a_bundle()))
    row = {"journey": "whitepaper", "state": "exited", "step": "", "until": None, "reason": "unsubscribed"}
    ended = found | {"enrollments": [row]}
    assert said in str(lead_parts(ended, "UTC", a_bundle()))
