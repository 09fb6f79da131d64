"""A folder and its ports belong to one cloud at a time."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cli.local.home import Home, aws_environment

_PROJECT = Path(__file__).resolve().parents[2]
_TAKES = """
import sys
import tempfile
from pathlib import Path
from cli.local.home import Home
home = Home(Path(sys.argv[1]))
lock = home.take()
print(*home.ports().values(), lock is not None, flush=True)
sys.stdin.read()
"""


def other(folder: Path) -> subprocess.Popen[str]:
    """Another process that starts a cloud there."""
    return subprocess.Popen(
        [sys.executable, "-c", _TAKES, str(folder)],
        cwd=_PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_clouds_that_start_at_once_take_different_ports(tmp_path: Path) -> None:
    processes = [other(tmp_path / "one"), other(tmp_path / "two")]

    said = [process.stdout.readline().split() for process in processes if process.stdout]
    for process in processes:
        process.communicate()

    assert [words[-1] for words in said] == ["True", "True"]
    assert set(said[0][:-1]).isdisjoint(said[1][:-1])


def test_a_folder_is_taken_until_its_process_is_gone(tmp_path: Path) -> None:
    # given a cloud in another process
    home = Home(tmp_path)
    assert not home.is_taken()
    process = other(tmp_path)
    assert process.stdout
    process.stdout.readline()

    # then no other process gets the folder
    assert home.is_taken()
    assert home.take() is None

    # when that process is killed, it is free
    process.kill()
    process.communicate()
    assert not home.is_taken()
    assert home.take()


def test_only_this_user_may_enter_the_folder(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir(mode=0o755)

    Home(tmp_path / "local").at("secrets")

    assert (tmp_path / "local").stat().st_mode & 0o777 == 0o700


def test_only_this_user_may_read_what_a_cloud_writes(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from cli.local.home import Home, keep_files_private; "
        "keep_files_private(); home = Home(Path(sys.argv[1])); home.take(); home.ports(); home.log('x').write_text('')"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "local")], cwd=_PROJECT, check=True)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "local").rglob("*")}
    assert modes == {"lock": 0o600, "ports.json": 0o600, "logs": 0o700, "x.log": 0o600}


def test_reserved_port_leaves_no_file_where_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)

    Home(tmp_path / "local").ports()

    assert [path.name for path in tmp_path.iterdir()] == ["local"]


def test_functions_use_no_proxy_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")

    names = {name.lower() for name in aws_environment("http://127.0.0.1:1")}

    assert not names & {"http_proxy", "https_proxy"}
