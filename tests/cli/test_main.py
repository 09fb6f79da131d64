"""The command line fails in one clear line, with the next step, and never with a traceback."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from typer.core import TyperGroup, TyperOption

from cli import main as command_line
from cli.command_list import COMMANDS, TOPICS
from cli.lazy_command import LazyCommand
from cli.output.file_errors import file_failure

PROJECT = Path(__file__).resolve().parents[2]


def test_help_names_every_command() -> None:
    done = _ripen(Path("/nowhere"), "--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert command in done.stdout
    assert sorted(name for names in TOPICS.values() for name in names) == sorted(COMMANDS)
    topics = [done.stdout.index(f" {topic.en} ") for topic in TOPICS]
    assert topics == sorted(topics)


def test_clock_refuses_a_span_backwards_in_its_own_words() -> None:
    found = LazyCommand("clock", COMMANDS["clock"][0], "").load()
    assert found.make_context("clock", ["-1d"]).params["to"] == "-1d"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    place, summary = COMMANDS[name]
    found = LazyCommand(name, place, summary.en).load()
    assert found.help.replace("\n", " ").startswith(summary.en.rstrip("."))


def _all_commands(name: str) -> Iterator[Any]:
    """The command, and those of its group."""
    place, summary = COMMANDS[name]
    found = LazyCommand(name, place, summary.en).load()
    if isinstance(found, TyperGroup):
        yield from found.commands.values()
    if not isinstance(found, TyperGroup) or found.invoke_without_command:
        yield found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_to_scripts_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in _all_commands(name):
        options = {written: option for option in command.params for written in option.opts}
        assert "--json" in options, command.name
        assert all(option.help for option in options.values() if isinstance(option, TyperOption)), command.name
        assert command(["--help"], standalone_mode=False) == 0
        told = capsys.readouterr().out
        assert "--json" in told
        assert command.help.split(".")[0][:40] in told


def test_the_list_of_commands_imports_none_of_them() -> None:
    # given what commands stand on
    heavy = ("boto3", "pydantic", "msgspec", "ripen.adapters", "cli.commands", "ripen_authoring", "cli.doctor")

    # when the list is asked for
    script = "import sys\nfrom cli.main import main\ntry:\n main()\nfinally:\n print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    # then nothing of it is there
    assert "reclassify" in done.stdout
    assert not set(heavy) & set(done.stderr.split())


def test_the_help_of_no_command_imports_what_only_its_work_needs() -> None:
    # given what takes long to import, and all commands, whose help is asked for one after the other
    heavy = ["boto3", "botocore", "pydantic", "requests", "ruamel", "liquid", "lxml", "dateutil", "holidays", "dns"]
    heavy += [
        "slack_sdk",
        "aws_lambda_powertools",
        "ripen_authoring.models",
        "ripen_authoring.simulation",
        "cli.doctor.examination",
    ]
    script = f"""
import sys
from cli.command_list import COMMANDS
from cli.main import app
for name in COMMANDS:
    app([name, "--help"], standalone_mode=False)
    print(name, *(set({heavy}) & set(sys.modules)), file=sys.stderr)
"""

    # when they show it
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)

    # then none of it is there
    assert done.stderr.split() == list(COMMANDS)


@pytest.mark.parametrize("command", [["why", "a@b.example"], ["simulate", "whitepaper", "--lead", "director"]])
def test_a_language_that_nobody_speaks_here_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.app([*command, "--lang", "fr"])
    assert ended.value.code == 2
    assert "'ja', 'en'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["mailbox", "slack", "down", "clock"])
def test_without_a_local_cloud_it_says_how_to_start_one(command: str, tmp_path: Path) -> None:
    done = _ripen(tmp_path, command)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "not running" in done.stderr
    assert "make up" in done.stderr


def test_without_any_stack_it_names_both_ways_to_get_one(tmp_path: Path) -> None:
    done = _ripen(tmp_path, "lead", "hanako@example.co.jp")
    assert done.returncode == 1
    assert "make up" in done.stderr
    assert "make deploy" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["mailbox", "clock"])
def test_what_is_for_the_local_cloud_does_not_touch_a_named_stack(command: str, tmp_path: Path) -> None:
    done = _ripen(tmp_path, "--stack", "ripen-production", command)
    assert done.returncode == 1
    assert "local cloud only" in done.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetItem"),
            "A request to AWS failed: An error occurred (AccessDenied)",
        ),
        (
            PermissionError(13, "Permission denied", "/playbook/ripen.yaml"),
            "/playbook/ripen.yaml cannot be opened: permission denied.",
        ),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300), "x" * 300 + " is too long as a name.\nCheck"),
        (OSError(errno.ELOOP, "Too many levels", "a.csv"), "a.csv is a symbolic link that leads back to itself.\nRepl"),
        (FileExistsError(errno.EEXIST, "File exists", "out"), "out exists and is not a folder.\nName another folder"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "A file cannot be written: the disk is full.\nFree",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "a.svg"), "a.svg cannot be written: the disk is full.\nFree"),
        (
            OSError(errno.EIO, "Input/output error", "a.csv"),
            "a.csv cannot be used (Input/output error).\nCheck the",
        ),
        (OSError(errno.EIO, "Input/output error"), "A file cannot be used (Input/output error).\nCheck the file"),
    ],
)
def test_what_aws_and_the_file_system_refuse_is_a_line_and_no_traceback(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> None:
        raise error

    monkeypatch.setattr(command_line, "app", refused)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize("number", [*(n for n in errno.errorcode if n != errno.EPIPE)])
def test_file_error_is_said_in_japanese(number: int) -> None:
    what, next_step = file_failure(OSError(number, "why", "[/]")).in_language("ja")
    assert what.startswith("[/] ")
    assert what.endswith("。")
    assert next_step.endswith("ください。")


def test_file_name_with_line_breaks_and_controls_is_escaped() -> None:
    failure = file_failure(FileNotFoundError(errno.ENOENT, "why", "a\n\x1b[31m山　田.csv"))
    assert failure.what == r"a\n\x1b[31m山　田.csv does not exist."


def test_error_of_a_web_request_is_no_file_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(command_line, "app", refused)
    with pytest.raises(requests.ConnectionError):
        command_line.main()


def test_what_a_killed_cloud_left_behind_does_not_count_as_running(tmp_path: Path) -> None:
    # given the status of a process that has ended
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    urls = dict.fromkeys(("api", "mailbox", "slack", "salesforce", "aws", "ca"), "http://127.0.0.1:1")
    (tmp_path / "status.json").write_text(json.dumps({"pid": int(ended.stdout), "ready": True, **urls}))

    # when it is asked for
    done = _ripen(tmp_path, "mailbox")

    # then it is not there
    assert done.returncode == 1
    assert "not running" in done.stderr


def _ripen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT,
        env=clean | {"RIPEN_LOCAL": str(folder), "AWS_EC2_METADATA_DISABLED": "true", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
