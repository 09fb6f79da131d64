"""The price of each request, as AWS charges it."""

from typing import Any

import pytest

from bench.metered_dynamodb import MeteredDynamoDB, Usage, size

KEY: dict[str, Any] = {"pk": {"S": "lead#1"}, "sk": {"S": "state"}}
ROW = KEY | {"version": {"N": "1"}}
DUE: dict[str, Any] = {"due": {"N": "1"}, "agenda": {"S": "hot#1"}}


@pytest.fixture
def used() -> Usage:
    return Usage()


@pytest.fixture
def dynamodb(used: Usage) -> MeteredDynamoDB:
    return MeteredDynamoDB(used)


def a_row(letters: int = 0, **attributes: Any) -> dict[str, Any]:
    return ROW | {"body": {"S": "x" * letters}} | attributes


def put(dynamodb: MeteredDynamoDB, *items: dict[str, Any], **condition: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[{"Put": {"Item": item, **condition}} for item in items])


@pytest.mark.parametrize(
    ("item", "bytes"),
    [
        ({"pk": {"S": "a"}}, 3),
        ({"pk": {"S": "山田"}}, 8),
        ({"n": {"N": "7"}}, 3),
        ({"n": {"N": "1234"}}, 4),
        ({"n": {"N": "1200"}}, 3),
    ],
)
def test_item_counts_in_bytes_of_utf8_and_pairs_of_digits(item: dict[str, Any], bytes: int) -> None:
    assert size(item) == bytes


def test_transaction_costs_two_units_for_each_started_kilobyte(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    put(dynamodb, a_row(1024 - size(a_row())))
    assert used == Usage(write_units=2, requests=1)

    put(dynamodb, a_row(1025 - size(a_row())))
    assert used == Usage(write_units=2 + 4, requests=2)


def test_smaller_row_costs_as_much_as_the_one_that_it_replaces(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    put(dynamodb, a_row(1500))
    used.set(Usage())

    put(dynamodb, a_row())

    assert used.write_units == 4


def test_index_entry_costs_one_unit_when_it_comes_and_when_it_goes(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    later = DUE | {"due": {"N": "2"}}
    for item, units in ((a_row(**DUE), 1), (a_row(**DUE), 0), (a_row(**later), 2), (a_row(), 1)):
        used.set(Usage())
        put(dynamodb, item)
        assert used.write_units == 2 + units


def test_lease_costs_one_unit_and_two_for_its_index_entry(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    put(dynamodb, a_row(**DUE))
    used.set(Usage())

    dynamodb.update_item(
        Key=KEY,
        UpdateExpression="SET due = :until",
        ConditionExpression="due = :due",
        ExpressionAttributeValues={":until": {"N": "9"}, ":due": DUE["due"]},
    )

    assert used == Usage(write_units=3, requests=1)


def test_refused_transaction_is_charged_too(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    put(dynamodb, a_row())
    used.set(Usage())

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        put(dynamodb, a_row(), ConditionExpression="attribute_not_exists(pk)")

    assert used == Usage(write_units=2, requests=1)


def test_consistent_read_costs_one_unit_for_each_started_four_kilobytes(dynamodb: MeteredDynamoDB, used: Usage) -> None:
    put(dynamodb, a_row(5000))
    used.set(Usage())

    dynamodb.get_item(Key=KEY)
    assert used == Usage(read_units=2, requests=1)

    absent = KEY | {"sk": {"S": "absent"}}
    dynamodb.batch_get_item(RequestItems={"table": {"Keys": [KEY, absent]}})
    assert used == Usage(read_units=2 + 3, requests=2)


@pytest.mark.parametrize(("consistency", "price"), [({"ConsistentRead": True}, 2), ({}, 1)])
def test_query_is_charged_for_the_sum_of_its_items(
    consistency: dict[str, Any], price: float, dynamodb: MeteredDynamoDB, used: Usage
) -> None:
    put(dynamodb, a_row(2500), a_row(2500, sk={"S": "profile"}))
    used.set(Usage())

    dynamodb.query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": KEY["pk"]}, **consistency)

    assert used == Usage(read_units=price, requests=1)
