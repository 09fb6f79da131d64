"""Reads and attempts that are repeated: keys that DynamoDB left unread, and transactions that met a conflict."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.adapters.table.reading import UnprocessedKeys
from ripen.errors import Contended
from ripen.marks import CrmMark
from tests.support.quick_dynamodb import QuickDynamoDB

KEYS = [keys.crm_mark(f"lead{n}") for n in range(105)]


@dataclass
class Throttled:
    """Reads only the first key of a request and leaves the others unread, this number of times."""

    times: int
    inner: QuickDynamoDB = field(default_factory=QuickDynamoDB)
    asked: list[int] = field(default_factory=list)

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        [requested] = [of["Keys"] for of in request["RequestItems"].values()]
        self.asked.append(len(requested))
        if len(self.asked) > self.times:
            return dict(self.inner.batch_get_item(**request))
        answer = self.inner.batch_get_item(RequestItems={"table": {"Keys": requested[:1], "ConsistentRead": True}})
        return {**answer, "UnprocessedKeys": {"table": {"Keys": requested[1:], "ConsistentRead": True}}}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def read(times: int) -> tuple[list[str], list[float], list[int]]:
    """Return the leads whose rows were read, the pauses, and the number of keys in each request."""
    client, pauses = Throttled(times), list[float]()
    table = Table("table", client, pauses.append)
    table.write(*(Create(key, CrmMark(lead=key.lead)) for key in KEYS[:50]))
    rows = table.get_many(KEYS)
    assert rows[50:] == [None] * 55
    return [row.value.lead for row in rows[:50]], pauses, client.asked


def test_unread_keys_are_requested_again_after_a_pause() -> None:
    leads, pauses, asked = read(times=3)
    assert leads == [key.lead for key in KEYS[:50]]
    assert asked == [100, 99, 98, 97, 5]
    assert len(pauses) == 3


def test_pauses_grow_and_have_a_random_length() -> None:
    many = [read(times=3)[1] for _ in range(20)]
    longest = [max(pauses) for pauses in zip(*many, strict=True)]
    assert [most <= limit for most, limit in zip(longest, (1, 2, 4), strict=True)] == [True] * 3
    assert longest[1] > 1 and longest[2] > 2
    assert len({pauses[0] for pauses in many}) > 1


def test_pauses_between_attempts_grow_and_have_a_random_length() -> None:
    many = [retried(conflicts=4)[1] for _ in range(20)]
    longest = [max(pauses) for pauses in zip(*many, strict=True)]
    assert [most <= limit for most, limit in zip(longest, (0.02, 0.04, 0.08, 0.16), strict=True)] == [True] * 4
    assert longest[3] > 0.02
    assert len({pauses[0] for pauses in many}) > 1


def test_attempt_without_a_conflict_is_the_only_one() -> None:
    assert retried(conflicts=0) == ([0], [])


def test_attempt_is_repeated_after_a_conflict_and_knows_its_number() -> None:
    attempts, pauses = retried(conflicts=2)
    assert (attempts, len(pauses)) == ([0, 1, 2], 2)


def test_last_conflict_is_reported_without_another_pause() -> None:
    pauses, table = a_table()

    def attempt(number: int) -> None:
        raise Conflict((number,))

    with pytest.raises(Contended, match=r"3 attempts; .*\(2,\)") as raised:
        table.retrying(attempt, tries=3)
    assert isinstance(raised.value.__cause__, Conflict)
    assert len(pauses) == 2


def test_other_errors_are_not_retried() -> None:
    pauses, table = a_table()

    def attempt(number: int) -> None:
        raise KeyError(number)

    with pytest.raises(KeyError, match="0"):
        table.retrying(attempt)
    assert pauses == []


def a_table() -> tuple[list[float], Table]:
    pauses = list[float]()
    return pauses, Table("table", Throttled(0), pauses.append)


def retried(conflicts: int) -> tuple[list[int], list[float]]:
    """Return the attempts and the pauses between them."""
    pauses, table = a_table()
    attempts = list[int]()

    def attempt(number: int) -> list[int]:
        attempts.append(number)
        if number < conflicts:
            raise Conflict((0,))
        return attempts

    return table.retrying(attempt), pauses


def test_complete_read_has_no_pause() -> None:
    assert read(times=0)[1:] == ([], [100, 5])


def test_read_gives_up_after_four_attempts() -> None:
    with pytest.raises(UnprocessedKeys, match="96 keys"):
        read(times=99)
