"""The table when DynamoDB throttles a transaction, or when another transaction is changing a row."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ripen.adapters.table import Conflict, Create, Due, Table, keys
from ripen.marks import CrmMark
from tests.support.fakes import NOON
from tests.support.quick_dynamodb import QuickDynamoDB
from tests.support.troubled_dynamodb import TroubledDynamoDB

KEY = keys.crm_mark("lead1")
MARK = Create(KEY, CrmMark(lead="lead1"), due=NOON)


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttled_transaction_is_retried_after_growing_pauses_of_random_length(reason: str) -> None:
    lengths = []
    for _ in range(20):
        client, pauses = TroubledDynamoDB(), list[float]()
        client.transactions = iter([client.canceled("None", reason)] * 3)
        table = Table("table", client, pauses.append)

        table.write(MARK)

        assert table.get(KEY) is not None
        assert len(pauses) == 3
        lengths.append(tuple(pauses))
    assert all(0 <= one <= 0.2 and two <= 0.4 and three <= 0.8 for one, two, three in lengths)
    assert max(three for *_, three in lengths) > 0.2
    assert len(set(lengths)) > 1


def test_transaction_that_stays_throttled_fails_at_the_fourth_attempt() -> None:
    client, pauses = TroubledDynamoDB(), list[float]()
    client.transactions = iter([client.canceled("ThrottlingError")] * 4)
    table = Table("table", client, pauses.append)

    with pytest.raises(ClientError):
        table.write(MARK)

    assert len(pauses) == 3
    assert table.get(KEY) is None


def test_conflict_is_not_retried_although_another_item_was_throttled() -> None:
    client, pauses = TroubledDynamoDB(), list[float]()
    client.transactions = iter([client.canceled("ThrottlingError", "TransactionConflict")])

    with pytest.raises(Conflict) as raised:
        Table("table", client, pauses.append).write(MARK)

    assert (raised.value.at, pauses) == ((1,), [])


def test_transaction_with_another_error_is_not_retried() -> None:
    client, pauses = TroubledDynamoDB(), list[float]()
    client.transactions = iter([client.canceled("ValidationError")])

    with pytest.raises(ClientError):
        Table("table", client, pauses.append).write(MARK)

    assert pauses == []


def test_row_that_a_transaction_is_changing_is_not_leased() -> None:
    client = TroubledDynamoDB()
    table = Table("table", client)
    table.write(MARK)
    client.trouble[KEY.ref] = client.exceptions.TransactionConflictException()

    assert not table.lease(Due(KEY.ref, NOON), NOON)


@mock_aws
def test_in_memory_table_has_the_exceptions_of_the_real_client() -> None:
    real = boto3.client("dynamodb").exceptions
    for name in vars(QuickDynamoDB.exceptions):
        if not name.startswith("_"):
            assert issubclass(getattr(real, name), ClientError)
