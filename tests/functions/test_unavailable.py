"""Functions that meet a playbook of newer code: public paths ask to try again, workers leave their rows due."""

from types import ModuleType
from typing import Any

import pytest

from capture import beacons, form, link, page, track, webhook
from notify import act, alert, slack
from nurture import advance, crm, deliver, preferences
from ripen.adapters import unavailable
from ripen.adapters.table import Create, Row, Table, keys
from ripen.journey.enrollment import Enrollment
from score import react, sync
from tests.support.fakes import NOON, FakeClock
from tests.support.gateway_events import BROWSER, an_event
from tests.support.incoming_requests import a_command
from tests.support.journeys import an_enrollment
from tests.support.newer_playbook import a_newer_playbook
from tests.support.planned_mails import a_send, known, planned
from tests.support.slack_workspace import KnownSecrets
from tests.support.sqs_events import LambdaContext, an_sqs_event

CONTEXT: Any = LambdaContext()
BEACON = '{"visitor":"v","events":[]}'


@pytest.fixture
def meets_newer(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has a function read a table on which newer code has published."""
    playbook = a_newer_playbook(table)
    monkeypatch.setattr(unavailable, "_reported", set())

    def wire(function: ModuleType) -> None:
        known = KnownSecrets()
        wired = {"table": table, "clock": clock, "playbook": playbook, "secrets": known, "connections": known}
        for name in wired.keys() & vars(function).keys():
            monkeypatch.setattr(function, name, wired[name])

    return wire


@pytest.mark.parametrize("function", [form, link, page, preferences, track, webhook])
def test_public_path_asks_to_try_again(function: ModuleType, meets_newer: Any) -> None:
    meets_newer(function)
    asked = {"form": "whitepaper", "page": "x", "token": "x", "source": "typeform"}
    answer = function.handler(an_event("POST", "/", asked, body="{}"), CONTEXT)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    assert answer["headers"]["content-type"].startswith("application/json")


def test_person_sees_a_page_in_both_languages(meets_newer: Any) -> None:
    meets_newer(page)
    answer = page.handler(an_event("GET", "/pages/x", {"page": "x"}, headers=BROWSER), CONTEXT)
    assert answer["statusCode"] == 503
    assert "もう一度" in answer["body"]
    assert "try again in a minute" in answer["body"]


def test_command_in_slack_asks_to_try_again(meets_newer: Any) -> None:
    meets_newer(slack)
    answer = slack.handler(a_command("hanako@example.co.jp"), CONTEXT)
    assert "Please try again later" in answer["body"]


@pytest.mark.parametrize("function", [act, alert, crm, react, sync])
def test_worker_leaves_its_row_due_and_its_message_is_not_retried(function: ModuleType, meets_newer: Any) -> None:
    meets_newer(function)
    assert function.handler(an_sqs_event("lead#1|due#crm"), CONTEXT) == {"batchItemFailures": []}


@pytest.mark.parametrize("function", [advance, deliver])
def test_row_stays_as_it_is(function: ModuleType, meets_newer: Any, table: Table, clock: FakeClock) -> None:
    meets_newer(function)
    known(table)
    key: Any = planned(table, a_send())
    if function is advance:
        key = keys.enrollment("lead1", "j", "k")
        table.write(Create(key, an_enrollment(bundle="newer"), due=NOON))
    before: Row[Enrollment] | None = table.get(key)
    assert function.handler(an_sqs_event(key.ref), CONTEXT) == {"batchItemFailures": []}
    assert table.get(key) == before


def test_message_that_is_the_only_record_is_retried(meets_newer: Any) -> None:
    meets_newer(beacons)
    answer = beacons.handler(an_sqs_event(BEACON), CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_error_is_logged_once(meets_newer: Any, caplog: pytest.LogCaptureFixture) -> None:
    meets_newer(alert)
    for _ in range(3):
        alert.handler(an_sqs_event("lead#1|alert#1", "lead#2|alert#1"), CONTEXT)
    assert [record.getMessage() for record in caplog.records] == ["unavailable"]
