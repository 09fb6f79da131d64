"""JSON Schema for editors: it is current, and not stricter than the check."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from cli.main import app
from ripen_authoring.schema import FOLDER, KINDS, modeline, schemas

EXAMPLE = Path(__file__).parents[2] / "playbook"


def test_schemas_of_the_example_are_current() -> None:
    written = {path.name: path.read_text("utf-8") for path in (EXAMPLE / FOLDER).glob("*.json")}

    assert written == schemas(), "run: ripen schema"


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_the_example_is_valid_and_names_its_schema(kind: str) -> None:
    schema = json.loads(schemas()[f"{kind}.json"])
    jsonschema.Draft202012Validator.check_schema(schema)

    files = sorted(EXAMPLE.glob(KINDS[kind][1]))

    assert files
    for file in files:
        said = json.loads(json.dumps(YAML(typ="safe").load(file), default=str))
        jsonschema.validate(said, schema)
        first = file.read_text("utf-8").partition("\n")[0]
        assert first == modeline(file, EXAMPLE)
        assert (file.parent / first.partition("$schema=")[2]).resolve() == EXAMPLE / FOLDER / f"{kind}.json"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("journey", {"enrol": {"on": {"form": "f"}}, "steps": [{"sned": "m"}]}),
        ("journey", {"enrol": {"on": {"form": "f"}}, "steps": [{"send": "m", "prority": "high"}]}),
        ("ripen", {"brand": {"name": "x"}}),
        ("campaign", {"email": "m", "segment": "s", "at": "2026-12-01T10:00", "zone": "moon"}),
    ],
)
def test_schema_refuses_what_the_check_refuses(kind: str, written: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, json.loads(schemas()[f"{kind}.json"]))


def test_command_writes_schemas_and_names_files_without_one(tmp_path: Path) -> None:
    (tmp_path / "journeys").mkdir()
    (tmp_path / "ripen.yaml").write_text("# yaml-language-server: $schema=.schema/ripen.json\nbrand: {}\n")
    (tmp_path / "journeys/j.yaml").write_text("enrol: {}\n")

    found = CliRunner().invoke(app, ["schema", str(tmp_path)])

    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == set(schemas())
    assert (
        "journeys/j.yaml: add this first line: # yaml-language-server: $schema=../.schema/journey.json" in found.stdout
    )
    assert "ripen.yaml: begin" not in found.stdout
