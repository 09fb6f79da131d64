"""ripen enrol: leads are asked into a journey, each once for a key."""

from pathlib import Path
from typing import Any

import pytest

from cli.commands import enrol as command
from cli.stack.stack import Stack
from nurture._dependencies import Dependencies
from nurture.walk import run_due
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.failure import Failure
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.operations.journeys import enrollment_by_hand
from ripen.operations.journeys.address_file import addresses
from ripen.playbook.bundle import Segment
from ripen.pointers import Pointer
from tests.support.builders import a_bundle
from tests.support.campaign_machinery import after, known, leads_of
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.memory_stack import KEY, a_stack
from tests.support.planned_mails import Killed
from tests.support.quick_dynamodb import QuickDynamoDB

BUNDLE = a_bundle(segments={"everyone": Segment(name="everyone")})


@pytest.fixture
def table() -> Table:
    client: Any = QuickDynamoDB()
    return Table("table", client)


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, BUNDLE)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def ripen(*emails: str, journey: str = "whitepaper", **asked: Any) -> None:
    known: dict[str, Any] = {"segment": "", "csv": None, "per_minute": None, "key": "", "yes": True}
    command.enrol(journey, list(emails), **(known | asked))


def leads(table: Table, count: int) -> list[str]:
    found = leads_of(0, count)
    for lead in found:
        known(table, lead)
        table.write(Create(keys.address(address_hash(KEY, f"{lead}@example.co.jp")), Pointer(lead=lead)))
    return found


def asked(table: Table, found: list[str]) -> list[Activity]:
    return [row.value for lead in found for row in table.under(lead, "activity#")]


def test_addresses_are_asked_in_once_for_a_key(
    stack: Stack, table: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    found = leads(table, 3)
    emails = [f"{lead}@example.co.jp" for lead in found]
    ripen(*emails[:2], "nobody@example.co.jp", "no address")
    told = capsys.readouterr().out
    assert "Enrollment requested in whitepaper with the key 2026-11-21: 2 new, 0 requested before." in told
    assert "Addresses that belong to no lead (2): no address, nobody@example.co.jp" in told
    clock.move(hours=1)
    ripen(*emails)
    told = capsys.readouterr().out
    assert "1 new, 2 requested before." in told
    activities = asked(table, found)
    assert [activity.lead for activity in activities] == found
    assert {(activity.kind, activity.subject, activity.facts["key"]) for activity in activities} == {
        (Kind.ENTRY_ASKED, "whitepaper", "2026-11-21")
    }
    ripen(*emails, key="december")
    assert len(asked(table, found)) == 6


def test_default_key_is_the_companys_day(
    stack: Stack, table: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    found = leads(table, 1)
    clock.move(hours=12)  # midnight in Tokyo, 15:00 in UTC
    ripen(f"{found[0]}@example.co.jp")
    assert "with the key 2026-11-22: 1 new" in capsys.readouterr().out


@pytest.mark.usefixtures("japanese")
def test_enrol_speaks_japanese(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    [lead] = leads(table, 1)
    ripen(f"{lead}@example.co.jp", "nobody@example.co.jp")
    shown = capsys.readouterr().out
    assert "シナリオ whitepaper への登録を受け付けました（キー 2026-11-21）: 新規 1 人、受付済み 0 人。" in shown
    assert "該当する見込み客がいないアドレス（1 件）" in shown


def test_they_are_due_in_the_bulk_lane_at_the_pace(stack: Stack, table: Table) -> None:
    found = leads(table, 3)
    ripen(*(f"{lead}@example.co.jp" for lead in found), per_minute=2)
    rows = [row for lead in found for row in table.under(lead, "activity#")]
    assert [row.due for row in rows] == [after(), after(seconds=30), after(seconds=60)]
    assert {row.lane for row in rows} == {Lane.BULK}


def test_broken_off_the_same_command_goes_on(
    stack: Stack, table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a list of which one transaction was written
    monkeypatch.setattr(enrollment_by_hand, "_BATCH", 2)
    found, writes = leads(table, 5), 0
    emails, write = [f"{lead}@example.co.jp" for lead in found], table.write

    def mortal(*changes: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == 3:
            raise Killed
        write(*changes)

    monkeypatch.setattr(table, "write", mortal)
    with pytest.raises(Killed):
        ripen(*emails)
    assert len(asked(table, found)) == 2
    # when
    clock.move(minutes=5)
    ripen(*emails)
    # then
    assert [activity.lead for activity in asked(table, found)] == found


@pytest.mark.parametrize(
    ("encoding", "head"),
    [("utf-8", "email"), ("utf-8-sig", "E-Mail"), ("cp932", "メールアドレス"), ("utf-16", "email")],
)
def test_a_file_is_read_as_it_was_saved_and_its_column_found_by_name(
    stack: Stack, table: Table, tmp_path: Path, encoding: str, head: str
) -> None:
    found = leads(table, 2)
    file = tmp_path / "list.csv"
    lines = [f"氏名,{head}", *(f'"山田, 花子",{lead}@example.co.jp' for lead in found), "空,", "短い"]
    file.write_text("\r\n".join(lines), encoding=encoding)
    ripen(csv=file)
    assert [activity.lead for activity in asked(table, found)] == found


def test_what_excel_calls_unicode_text_is_read_too(stack: Stack, table: Table, tmp_path: Path) -> None:
    found = leads(table, 2)
    file = tmp_path / "list.txt"
    file.write_text("\r\n".join(["氏名\temail", *(f"山田\t{lead}@example.co.jp" for lead in found)]), encoding="utf-16")
    ripen(csv=file)
    assert [activity.lead for activity in asked(table, found)] == found


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"name\nx", "no column of addresses; its first line has: name"), (b"", "nothing"), (b"\x81\xff\xff", "neither")],
)
def test_a_file_that_says_nothing_is_a_clear_failure(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(Failure, match=words):
        addresses(file.read_bytes(), str(file))


def test_file_that_does_not_exist_is_refused(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):  # cli.main makes one line of it
        ripen(csv=tmp_path / "none.csv")


def test_a_segment_is_walked_and_a_second_time_only_looked_at(
    stack: Stack,
    table: Table,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # given a walk that goes on while the command waits
    found = leads(table, 4)
    of = keys.entries("whitepaper", "everyone", "2026-11-21")

    def walking(seconds: float) -> None:
        dependencies = Dependencies(
            table=table, live=lambda: BUNDLE, bundle=lambda _: BUNDLE, clock=clock, queue=FakeQueue()
        )
        for number in range(SHARDS):
            run_due(keys.walk(of, number).ref, dependencies, lambda: True)

    monkeypatch.setattr(command, "sleep", walking)
    for words in ("4 new, 0 requested before", "already enrolled with the key 2026-11-21", "0 new, 4 requested before"):
        ripen(segment="everyone")
        assert words in capsys.readouterr().out
    assert [activity.lead for activity in asked(table, found)] == found


@pytest.mark.parametrize(
    ("emails", "wanted", "words"),
    [
        ((), {}, "Name the leads"),
        (("a@example.jp",), {"segment": "everyone"}, "Name the leads"),
        (("a@example.jp",), {"journey": "nowhere"}, "no journey 'nowhere'"),
        ((), {"segment": "nobody"}, "no segment 'nobody'"),
    ],
)
def test_what_cannot_be_is_a_clear_failure(
    stack: Stack, emails: tuple[str, ...], wanted: dict[str, str], words: str
) -> None:
    with pytest.raises(Failure, match=words):
        ripen(*emails, **wanted)
