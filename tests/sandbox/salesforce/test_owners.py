"""Who may own a record: an active user, and of Leads also a queue."""

import pytest

from sandbox.salesforce.seed import QUEUE
from tests.sandbox.salesforce.conftest import AnOrg


@pytest.fixture
def queue(org: AnOrg) -> str:
    return str(org.query("SELECT Id FROM Group WHERE Type = 'Queue'")[0]["Id"])


def test_a_queue_owns_leads(org: AnOrg, queue: str) -> None:
    org.lead(OwnerId=queue)

    [lead] = org.query("SELECT OwnerId, Owner.Name, Owner.IsActive, Owner.Email FROM Lead")
    assert (lead["OwnerId"], lead["Owner"]["Name"]) == (queue, QUEUE)
    assert (lead["Owner"]["IsActive"], lead["Owner"]["Email"]) == (None, None)


def test_a_queue_takes_no_tasks(org: AnOrg, queue: str) -> None:
    answer = org.ask("POST", "/sobjects/Task/", {"Subject": "Call", "OwnerId": queue})

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_OPERATION")


def test_the_statuses_of_tasks_are_read_only(org: AnOrg) -> None:
    closed = org.query("SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder")
    assert [status["ApiName"] for status in closed] == ["Completed"]

    answer = org.ask("POST", "/sobjects/TaskStatus/", {"ApiName": "Done"})
    assert answer.status_code == 400
