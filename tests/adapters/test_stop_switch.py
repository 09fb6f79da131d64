"""The stop switch is checked often, but its row is read at most once a second."""

import pytest

from ripen.adapters.rows import stop_switch
from ripen.adapters.rows.stop_switch import StopSwitch
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.settings import Stop
from tests.support.fakes import NOON


def test_switch_follows_the_stop_row(table: Table) -> None:
    assert not StopSwitch(table).is_on()
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    assert StopSwitch(table).is_on()
    table.write(Replace(keys.STOP, Stop(on=False, at=NOON), 1))
    assert not StopSwitch(table).is_on()


def test_row_is_read_again_after_one_second(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 100.0
    monkeypatch.setattr(stop_switch, "monotonic", lambda: seconds)
    switch = StopSwitch(table)
    assert not switch.is_on()
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    seconds = 101.0
    assert not switch.is_on()
    seconds = 101.001
    assert switch.is_on()
