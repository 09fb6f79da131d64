"""Records survive a restart, and a transaction is stored whole or not at all."""

from pathlib import Path

import pytest

from sandbox.salesforce.journal import Journal, Record


def test_a_second_start_finds_what_the_first_wrote(tmp_path: Path) -> None:
    first = Journal(tmp_path / "records")
    first.put(Record("1", "Lead", {"Name": "山田"}))
    first.put(Record("1", "Lead", {"Name": "山田 太郎"}))
    first.put(Record("2", "Lead", {"Name": "two\u2028lines\x85and\nmore"}, deleted=True))
    again = Journal(tmp_path / "records")
    assert again.get("Lead", "1") == Record("1", "Lead", {"Name": "山田 太郎"})
    assert [record.id for record in again.all("Lead")] == ["1"]
    assert again.get("Lead", "2") == first.get("Lead", "2")
    assert again.count("Lead") == 2


def test_changes_of_a_failed_transaction_are_undone_together(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "records")
    journal.put(Record("1", "Lead", {"Name": "before"}))
    with pytest.raises(ZeroDivisionError), journal.atomic():
        journal.put(Record("1", "Lead", {"Name": "after"}))
        journal.put(Record("2", "Lead", {}))
        raise ZeroDivisionError
    for found in (journal, Journal(tmp_path / "records")):
        assert list(found.all("Lead")) == [Record("1", "Lead", {"Name": "before"})]


def test_a_failed_inner_transaction_keeps_the_outer_changes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "records")
    with journal.atomic():
        journal.put(Record("1", "Lead", {}))
        with pytest.raises(ZeroDivisionError), journal.atomic():
            journal.put(Record("2", "Lead", {}))
            raise ZeroDivisionError
    assert [record.id for record in Journal(tmp_path / "records").all("Lead")] == ["1"]


def test_a_search_by_value_follows_each_change(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "records")

    def found(value: str) -> list[str]:
        return [record.id for record in journal.find("Lead", "Email", value)]

    journal.put(Record("1", "Lead", {"Email": "A@x.jp"}))
    assert (found("a@X.jp"), found("b@x.jp")) == (["1"], [])
    journal.put(Record("2", "Lead", {"Email": "a@x.jp"}))
    journal.put(Record("1", "Lead", {"Email": "b@x.jp"}))
    assert (found("a@x.jp"), found("b@x.jp")) == (["2"], ["1"])
    with pytest.raises(ZeroDivisionError), journal.atomic():
        journal.put(Record("1", "Lead", {"Email": "c@x.jp"}))
        journal.put(Record("3", "Lead", {"Email": "b@x.jp"}))
        raise ZeroDivisionError
    assert (found("b@x.jp"), found("c@x.jp")) == (["1"], [])
    journal.put(Record("1", "Lead", {"Email": "b@x.jp"}, deleted=True))
    assert found("b@x.jp") == []


def test_a_line_cut_short_by_a_crash_is_skipped(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "records")
    journal.put(Record("1", "Lead", {}))
    with (tmp_path / "records").open("a") as file:
        file.write('{"id": "2", "obj')
    again = Journal(tmp_path / "records")
    again.put(Record("3", "Lead", {}))
    assert [record.id for record in Journal(tmp_path / "records").all("Lead")] == ["1", "3"]
