"""The form of rows: what a stored value leaves out, and what a report must show all the same."""

import json
from typing import Any

import pytest

from ripen.adapters.table import Create, Key, Table, keys
from ripen.errors import NewerFormat
from ripen.lead.attribution import CLICK_IDS
from ripen.lead.lead import Touch
from ripen.lead.state import State
from ripen.operations.plain import plain
from tests.support.fakes import NOON
from tests.support.stored_types import row_types, with_nested

STORED = sorted(with_nested(row_types()), key=str)


@pytest.mark.parametrize("type", STORED)
def test_row_is_stored_without_its_defaults(type: Any) -> None:
    """A write unit holds one KB, and most fields of most rows are empty."""
    assert type.__struct_config__.omit_defaults or type.__struct_config__.array_like


@pytest.mark.parametrize("type", STORED)
def test_field_that_only_newer_code_knows_is_refused(type: Any) -> None:
    """Otherwise this code would drop the field when it writes the row."""
    assert type.__struct_config__.forbid_unknown_fields


NEWER_ROWS = [
    (
        keys.contact("lead1"),
        {"lead": "lead1", "paused": "2026-11-21"},
        "Contact: Object contains unknown field `paused`",
    ),
    (keys.send("lead1", "s"), {"channel": "sms"}, "Send: Object contains unknown field `channel`"),
    (keys.profile("lead1"), {"id": "lead1", "first_touch": {"at": "2026-11-21T03:00:00Z", "newclid": "x"}}, "newclid"),
    (keys.alert("lead1", "a"), {"kind": 7}, "Alert: "),
]


@pytest.mark.parametrize(("key", "body", "said"), NEWER_ROWS)
def test_row_of_newer_code_is_refused_and_left_alone(
    table: Table, dynamodb: Any, key: Key[Any], body: dict[str, Any], said: str
) -> None:
    item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "version": {"N": "1"}, "body": {"S": json.dumps(body)}}
    dynamodb.put_item(TableName="table", Item=item)
    for read in (lambda: table.get(key), lambda: table.get_many([key]), lambda: list(table.under("lead1", ""))):
        with pytest.raises(NewerFormat, match=said):
            read()
    assert dynamodb.get_item(TableName="table", Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})["Item"] == item


def test_kind_of_row_that_only_newer_code_knows_is_refused(table: Table, dynamodb: Any) -> None:
    item = {"pk": {"S": "lead#lead1"}, "sk": {"S": "later#1"}, "version": {"N": "1"}, "body": {"S": "{}"}}
    dynamodb.put_item(TableName="table", Item=item)
    with pytest.raises(NewerFormat, match="the unknown kind 'later'"):
        list(table.under("lead1", ""))


def test_lane_that_only_newer_code_knows_is_refused(table: Table, dynamodb: Any) -> None:
    table.write(Create(keys.state("lead1"), State(lead="lead1"), due=NOON))
    dynamodb.update_item(
        TableName="table",
        Key={"pk": {"S": "lead#lead1"}, "sk": {"S": "state"}},
        UpdateExpression="SET agenda = :lane",
        ExpressionAttributeValues={":lane": {"S": "slow#1"}},
    )
    with pytest.raises(NewerFormat, match="slow"):
        table.get(keys.state("lead1"))


def test_all_kinds_of_rows_are_examined() -> None:
    assert len(STORED) > 40


def test_plain_value_has_the_fields_that_its_row_leaves_out() -> None:
    assert plain({"touches": [Touch(at=NOON, utm_source="google")]})["touches"][0] == {
        "at": "2026-11-21T03:00:00Z",
        **dict.fromkeys(("url", "referrer", "utm_medium", "utm_campaign", "utm_term", "utm_content"), ""),
        **dict.fromkeys(CLICK_IDS, ""),
        "utm_source": "google",
    }
