"""ripen pull: the files of the live playbook, as they were published."""

import json
from copy import replace
from pathlib import Path

import boto3
import pytest

from cli.commands import playbook as publishing
from cli.commands import pull as pulling
from cli.stack.stack import Stack
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.settings import LivePlaybook
from ripen_authoring.compile import compile_playbook
from ripen_authoring.files import sources
from ripen_authoring.problem import InvalidPlaybook
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.smallest_playbook import FILES, E


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    stack = replace(a_stack(table, clock), playbook=Playbook(table, "bucket", s3))
    for command in (publishing, pulling):
        monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "playbook" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "playbook"


def test_files_come_back_as_they_were_published(
    stack: Stack, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / E).write_bytes(("\ufeff# 件名\r\n" + FILES[E]).encode())
    (folder / ".secret").write_text("no part of the playbook")
    (folder / "emails" / "m" / "photo.png").write_bytes(b"\x89PNG")
    (folder / "emails" / "m" / "link.txt~").write_text("of an editor")
    publishing.publish(folder)
    capsys.readouterr()

    pulling.pull(tmp_path / "new" / "place", as_json=True)

    said, here = json.loads(capsys.readouterr().out), tmp_path / "new" / "place"
    assert said["files"] == sorted(FILES)
    assert {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()} == set(FILES)
    assert (here / E).read_bytes() == (folder / E).read_bytes()
    assert compile_playbook(here).hash == said["playbook"] == compile_playbook(folder).hash


def test_changed_comment_is_kept_though_the_bundle_is_the_same(stack: Stack, folder: Path, tmp_path: Path) -> None:
    publishing.publish(folder)
    (folder / E).write_text("# agreed with sales\n" + FILES[E])
    publishing.publish(folder)
    pulling.pull(tmp_path / "new")
    assert (tmp_path / "new" / E).read_text().startswith("# agreed with sales")


def test_folder_with_files_is_left_alone(stack: Stack, folder: Path) -> None:
    publishing.publish(folder)
    with pytest.raises(Failure, match="is not empty"):
        pulling.pull(folder)


def test_path_out_of_the_folder_writes_nothing(stack: Stack, folder: Path, tmp_path: Path) -> None:
    publishing.publish(folder)
    stack.playbook.put_files(stack.playbook.live().bundle.hash, {"ripen.yaml": "x", "../../evil": "x"})
    with pytest.raises(Failure, match="outside"):
        pulling.pull(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_playbook_without_files_is_reported(stack: Stack, folder: Path, tmp_path: Path) -> None:
    stack.playbook.put(a_bundle())
    stack.table.write(Create(keys.LIVE, LivePlaybook(bundle="bundle1", site="", at=NOON)))
    with pytest.raises(Failure, match="bundle1 were not kept"):
        pulling.pull(tmp_path / "new")


def test_folder_with_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    monkeypatch.setattr(sources, "_MOST_BYTES", size)
    compile_playbook(folder)
    (folder / "README.md").write_text("x")
    with pytest.raises(InvalidPlaybook, match="5 MB"):
        compile_playbook(folder)
