"""The table when DynamoDB throttles, when its answer is lost, or when a transaction is changing the row."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ripen.adapters.table import Add, Change, Conflict, Create, Due, Mark, Replace, Table, keys
from ripen.adapters.table.writing import transact_item
from ripen.lead.state import State
from ripen.marks import CrmMark
from tests.support.fakes import NOON
from tests.support.quick_dynamodb import QuickDynamoDB
from tests.support.troubled_dynamodb import TroubledDynamoDB

KEY = keys.crm_mark("lead1")
MARK = Create(KEY, CrmMark(lead="lead1"), due=NOON)
PAIR = (MARK, Create(keys.state("lead1"), State(lead="lead1")))


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttled_transaction_is_retried_after_growing_pauses_of_random_length(reason: str) -> None:
    lengths = []
    for _ in range(20):
        client, pauses = TroubledDynamoDB(), list[float]()
        client.transactions = iter([client.canceled("None", reason)] * 3)
        table = Table("table", client, pauses.append)

        table.write(*PAIR)

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
        table.write(*PAIR)

    assert len(pauses) == 3
    assert table.get(KEY) is None


def test_conflict_is_not_retried_although_another_item_was_throttled() -> None:
    client, pauses = TroubledDynamoDB(), list[float]()
    client.transactions = iter([client.canceled("ThrottlingError", "TransactionConflict")])

    with pytest.raises(Conflict) as raised:
        Table("table", client, pauses.append).write(*PAIR)

    assert (raised.value.at, pauses) == ((1,), [])


def test_transaction_with_another_error_is_not_retried() -> None:
    client, pauses = TroubledDynamoDB(), list[float]()
    client.transactions = iter([client.canceled("ValidationError")])

    with pytest.raises(ClientError):
        Table("table", client, pauses.append).write(*PAIR)

    assert pauses == []


def test_row_that_a_transaction_is_changing_is_not_leased() -> None:
    client = TroubledDynamoDB()
    table = Table("table", client)
    table.write(*PAIR)
    client.trouble[KEY.ref] = client.exceptions.TransactionConflictException()

    assert not table.lease(Due(KEY.ref, NOON), NOON)


@mock_aws
def test_in_memory_table_has_the_exceptions_of_the_real_client() -> None:
    real = boto3.client("dynamodb").exceptions
    for name in vars(QuickDynamoDB.exceptions):
        if not name.startswith("_"):
            assert issubclass(getattr(real, name), ClientError)


class _LosesAnswer(QuickDynamoDB):
    """Makes the first put, but its answer is lost; botocore repeats the request. Meanwhile `meanwhile` may happen."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def put_item(self, **wanted: Any) -> dict[str, Any]:
        super().put_item(**wanted)
        self.meanwhile()
        return super().put_item(**wanted)


@pytest.mark.parametrize("was", [0, 1])
def test_put_whose_answer_was_lost_is_recognised_when_it_is_repeated(was: int) -> None:
    client = _LosesAnswer()
    table = Table("table", client)
    if was:
        QuickDynamoDB.put_item(client, Item=_item(MARK))

    table.write(Replace(KEY, CrmMark(lead="lead1", attempts=3), was))

    row = table.get(KEY)
    assert row and (row.value.attempts, row.version) == (3, was + 1)


def test_equal_put_of_another_worker_is_a_conflict() -> None:
    client = QuickDynamoDB()
    table, other = Table("table", client), Table("table", client)
    other.write(MARK)

    with pytest.raises(Conflict):
        table.write(MARK)


def test_put_that_was_overwritten_before_it_was_repeated_is_a_conflict() -> None:
    client = _LosesAnswer()
    table = Table("table", client)
    client.meanwhile = lambda: QuickDynamoDB.put_item(client, Item=_item(Replace(KEY, CrmMark(lead="lead1"), 1)))

    with pytest.raises(Conflict):
        table.write(MARK)


@pytest.mark.parametrize("change", [MARK, Mark(KEY, NOON)])
def test_single_change_during_a_transaction_on_its_row_is_a_conflict(change: Change) -> None:
    client = TroubledDynamoDB()
    client.trouble[KEY.ref] = client.exceptions.TransactionConflictException()

    with pytest.raises(Conflict) as raised:
        Table("table", client).write(change)

    assert raised.value.at == (0,)


def test_addition_is_a_transaction_so_that_it_is_not_repeated() -> None:
    """Only a transaction has a token by which DynamoDB recognises a repeated request."""
    client = TroubledDynamoDB()
    client.transactions = iter([client.canceled("TransactionConflict")])

    with pytest.raises(Conflict):
        Table("table", client).write(Add(keys.campaign_count("newsletter", 1), {"delivered": 1}))


def _item(change: Change) -> dict[str, Any]:
    return dict(transact_item("table", change)["Put"]["Item"])
