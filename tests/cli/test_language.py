"""The command line speaks Japanese and English, and no text of a command lacks one of them."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_list import COMMANDS
from cli.output import language
from ripen.failure import Failure
from ripen.words import Words

PROJECT = Path(__file__).resolve().parents[2]
FILES = tuple(
    str(file.relative_to(PROJECT))
    for folder in ("cli", "layers/core/ripen/operations", "layers/authoring/ripen_authoring")
    for file in sorted((PROJECT / folder).rglob("*.py"))
)
"""Files in which every text for people stands in both languages."""
PAIRS = {"say", "Words", "help_text", "InvalidValue"}
JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")
SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize(
    ("arguments", "environment", "first", "spoken"),
    [
        ([], {}, None, "en"),
        ([], {"LANG": "ja_JP.UTF-8"}, None, "ja"),
        ([], {"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "ja", "en"),
        ([], {"LANG": "ja_JP.UTF-8", "LANGUAGE": "en:ja"}, None, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "ja", "en"),
        ([], {"LANG": "C.UTF-8"}, "ja", "ja"),
        ([], {"LANG": "POSIX"}, "en", "en"),
        ([], {}, "ja", "ja"),
        ([], {}, "de", "en"),
        (["lead", "a@b.example", "--lang", "ja"], {"LANG": "en_US.UTF-8"}, "en", "ja"),
        (["--lang=en", "lead"], {"LANG": "ja_JP.UTF-8"}, "ja", "en"),
        (["lead", "--lang"], {"LANG": "ja_JP.UTF-8"}, None, "ja"),
        (["lead", "--lang", "fr"], {"LANGUAGE": "ja"}, None, "ja"),
        (["lead", "--lang=fr"], {}, "ja", "ja"),
        (["lead", "--lang", "ja", "--lang", "en"], {}, None, "en"),
        (["--lang=en", "lead", "--lang=ja"], {"LANGUAGE": "en"}, None, "ja"),
        (["lead", "--lang", "ja", "--lang", "fr"], {}, None, "ja"),
        ([], {"LANGUAGE": "fr:ja"}, None, "ja"),
        ([], {"LANGUAGE": "fr_FR:de:ja_JP.UTF-8:en"}, "en", "ja"),
        ([], {"LANGUAGE": "fr:en:ja"}, "ja", "en"),
        ([], {"LANGUAGE": "fr:de"}, "ja", "en"),
        ([], {"LANGUAGE": ":ja"}, None, "ja"),
    ],
)
def test_language_is_that_of_the_option_or_environment_or_playbook(
    arguments: list[str], environment: dict[str, str], first: str | None, spoken: str, tmp_path: Path
) -> None:
    if first is not None:
        (tmp_path / "ripen.yaml").write_text(f"brand: {{name: x}}\nlocales: [{first}, de]\n")
    language.choose(arguments, environment, tmp_path)
    assert language.language() == spoken


@pytest.mark.parametrize(
    ("lines", "spoken"),
    [
        ("locales: [ja, en]", "ja"),
        ("locales:\n  - ja\n  - en", "ja"),
        ('brand: {name: "x"\nlocales: ["ja", "en"]', "ja"),
        ("locales: [en, ja]", "en"),
        ("# locales: [ja]\nlocales: [en]", "en"),
        ("locales: []", "en"),
    ],
)
def test_first_language_of_a_playbook_is_read_however_it_is_written(lines: str, spoken: str, tmp_path: Path) -> None:
    (tmp_path / "ripen.yaml").write_text(lines)
    language.choose([], {}, tmp_path)
    assert language.language() == spoken


@pytest.mark.parametrize("command", [("cli", "--help"), ("cli", "mailbox", "--help"), ("cli", "down")])
def test_without_a_language_everything_speaks_that_of_the_playbook_here(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "playbook").mkdir()
    (tmp_path / "playbook/ripen.yaml").write_text("locales: [ja, en]\n")
    clean = {name: value for name, value in os.environ.items() if name != "LANGUAGE" and name[:3] != "LC_"}
    known = clean | {"LANG": "C.UTF-8", "RIPEN_LOCAL": str(tmp_path), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=tmp_path, env=known, capture_output=True, text=True, check=False
    )
    assert JAPANESE.search(done.stdout + done.stderr)


def test_failure_speaks_both_languages_and_is_english_as_text() -> None:
    failure = Failure(Words("No mail.", "メールがありません。"), "ripen held")
    assert str(failure) == failure.what == "No mail."
    assert failure.in_language("ja") == ("メールがありません。", "ripen held")


@pytest.mark.parametrize("name", COMMANDS)
def test_summary_of_a_command_is_in_both_languages(name: str) -> None:
    _, summary = COMMANDS[name]
    assert JAPANESE.search(summary.ja)
    assert not JAPANESE.search(summary.en)


def test_help_of_every_command_is_japanese_throughout() -> None:
    script = """
import json
from cli.output import language
language.use("ja")
from cli.lazy_command import LazyCommand
from cli.command_list import COMMANDS
texts = {}
for name, (place, summary) in COMMANDS.items():
    command = LazyCommand(name, place, summary.ja).load()
    for each in (command, *getattr(command, "commands", {}).values()):
        key = name if each is command else f"{name} {each.name}"
        texts[key] = [each.help, *(param.help for param in each.params)]
    assert command.help.startswith(summary.ja.rstrip("。")), name
print(json.dumps(texts))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    texts = json.loads(done.stdout)
    assert [(key, text) for key, found in texts.items() for text in found if not JAPANESE.search(text)] == []
    assert "campaign resend" in texts


def test_command_line_speaks_the_language_of_the_environment(tmp_path: Path) -> None:
    def failed(*arguments: str, **environment: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        known = clean | {"RIPEN_LOCAL": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"} | environment
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=PROJECT,
            env=known,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr

    assert "make up" in failed("down")
    assert not JAPANESE.search(failed("down"))
    assert "起動していません" in failed("down", LANGUAGE="ja")
    assert "起動していません" in failed("down", "--lang", "ja")


@pytest.mark.parametrize("file", FILES)
def test_no_text_for_people_lacks_a_language(file: str) -> None:
    calls = [node for node in ast.walk(ast.parse((PROJECT / file).read_text("utf-8"))) if isinstance(node, ast.Call)]
    paired = {id(part) for call in calls if getattr(call.func, "id", "") in PAIRS for part in ast.walk(call)}
    lonely = [
        f"{file}:{text.lineno} {text.value!r}"
        for call in calls
        if _speaks(call)
        for text in _sentences(call)
        if id(text) not in paired
    ]
    assert lonely == []


def _sentences(call: ast.Call) -> Iterator[ast.Constant]:
    """Yield the arguments of the call, and their parts, that are an English sentence."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for part in ast.walk(argument):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and SENTENCE.search(part.value):
                yield part


def _speaks(call: ast.Call) -> bool:
    """The call shows its arguments to people."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {
        "print",
        "confirm",
        "bar",
        "Failure",
        "problem",
        "warning",
        "Option",
        "Argument",
        "Table",
        "Panel",
        "add_row",
        "add_task",
        "status",
        "Check",
        "ok",
        "warn",
        "fail",
    }


def test_make_up_names_its_tools_in_the_language_of_the_shell() -> None:
    def said(lang: str) -> str:
        shell = {"PATH": os.environ["PATH"], "LANG": lang}
        command = ["make", "-n", "-B", "setup"]
        done = subprocess.run(command, cwd=PROJECT, env=shell, capture_output=True, text=True, check=True)
        return "\n".join(re.findall(r'echo "([^"$]+)"', done.stdout))

    assert "the local Slack workspace" in said("en_US.UTF-8")
    assert "ローカルの Slack ワークスペース" in said("ja_JP.UTF-8")
    assert not re.search(r" (the|could|into) ", said("ja_JP.UTF-8"))
