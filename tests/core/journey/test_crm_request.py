"""A request of a journey calls a person when the CRM has not taken it for an hour."""

from datetime import timedelta

import pytest

from ripen.journey.crm_request import CrmRequest, needs_a_person
from tests.support.fakes import NOON


@pytest.mark.parametrize(
    ("minutes", "error", "is_needed"),
    [(59, "HTTP 503", False), (60, "HTTP 503", True), (600, "not in Salesforce yet", False), (600, "", False)],
)
def test_person_is_needed_after_an_hour(minutes: int, error: str, is_needed: bool) -> None:
    planned = NOON - timedelta(minutes=minutes)
    request = CrmRequest(id="r", lead="lead1", journey="expo", planned=planned, error=error)

    assert needs_a_person(request, NOON) is is_needed
