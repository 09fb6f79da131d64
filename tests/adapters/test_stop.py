"""The stop sign: asked for often, read at most once a second."""

import pytest

from ripen.adapters.rows import stop
from ripen.adapters.rows.stop import StopSign
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.settings import Stop
from tests.support.fakes import NOON


def test_sending_is_stopped_by_a_row_that_says_so(table: Table) -> None:
    assert not StopSign(table).on()
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    assert StopSign(table).on()
    table.write(Replace(keys.STOP, Stop(on=False, at=NOON), 1))
    assert not StopSign(table).on()


def test_what_was_read_holds_for_one_second_and_no_longer(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 100.0
    monkeypatch.setattr(stop, "monotonic", lambda: seconds)
    sign = StopSign(table)
    assert not sign.on()
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    seconds = 101.0
    assert not sign.on()
    seconds = 101.001
    assert sign.on()
