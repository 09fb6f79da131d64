"""What Salesforce pushes is read once, and left to the polls while few API calls are left."""

from datetime import datetime, timedelta

import pytest

from ripen.crm.api_usage import ApiUsage
from ripen.crm.incoming.push import ChangedRecords, leaves_to_polls, merged
from tests.support.fakes import NOON

FEW, MANY = ApiUsage(used=80, most=100), ApiUsage(used=79, most=100)


def test_a_record_that_was_pushed_twice_is_read_once() -> None:
    first = ChangedRecords({"Lead": ("00Q1", "00Q2"), "Contact": ("0031",)})
    again = ChangedRecords({"Lead": ("00Q2", "00Q3")})
    assert merged([first, again]) == {"Lead": ["00Q1", "00Q2", "00Q3"], "Contact": ["0031"]}
    assert merged([]) == {}


@pytest.mark.parametrize(
    ("usage", "read_at", "leaves"),
    [
        (None, None, False),
        (MANY, NOON, False),
        (FEW, NOON, True),
        (FEW, NOON - timedelta(minutes=15) + timedelta(seconds=1), True),
        (FEW, NOON - timedelta(minutes=15), False),
    ],
)
def test_few_calls_leave_pushes_to_the_polls_for_a_quarter_of_an_hour(
    usage: ApiUsage | None, read_at: datetime | None, leaves: bool
) -> None:
    assert leaves_to_polls(usage, read_at, NOON) is leaves
