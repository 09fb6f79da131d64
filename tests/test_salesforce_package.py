"""The Salesforce package: mistakes that `sf project deploy` would refuse, or that would hide a field."""

import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import pytest

from sandbox.salesforce.schema import load

PACKAGE = Path(__file__).parents[1] / "infra" / "salesforce"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
FIELDS = sorted(PACKAGE.glob("force-app/**/*.field-meta.xml"))
TRANSLATIONS = sorted(PACKAGE.glob("japanese/**/*.fieldTranslation-meta.xml"))


def root(path: Path) -> Element:
    return parse(path).getroot()  # noqa: S314 (our own files)


def text(element: Element, tag: str) -> str:
    return str(element.findtext(NAMESPACE + tag, ""))


def owner(path: Path) -> str:
    return path.parent.parent.name if path in FIELDS else path.parent.name.removesuffix("-ja")


def carriers(object: str) -> tuple[str, ...]:
    """A field of Activity is granted on both kinds of activity."""
    return ("Task", "Event") if object == "Activity" else (object,)


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("**/*-meta.xml")), ids=lambda path: path.name)
def test_each_file_is_well_formed_metadata(path: Path) -> None:
    assert root(path).tag.startswith(NAMESPACE)
    for element in root(path).iter():
        assert element.tag.startswith(NAMESPACE)


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: f"{owner(path)}.{path.name}")
def test_a_field_has_the_name_of_its_file(path: Path) -> None:
    name = text(root(path), "fullName")
    assert path.name == f"{name}.field-meta.xml"
    assert re.fullmatch(r"Ripen_[A-Za-z0-9]+(_[A-Za-z0-9]+)*__c", name)
    assert len(name) <= 43


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: f"{owner(path)}.{path.name}")
def test_an_optional_field_has_a_label_and_a_help_text_within_salesforces_limits(path: Path) -> None:
    field = root(path)
    assert 0 < len(text(field, "label")) <= 40
    assert 0 < len(text(field, "inlineHelpText")) <= 510
    assert text(field, "required") == "false"


@pytest.mark.parametrize("path", FIELDS, ids=lambda path: f"{owner(path)}.{path.name}")
def test_the_type_of_a_field_is_within_salesforces_limits(path: Path) -> None:
    field = root(path)
    match text(field, "type"):
        case "Text":
            assert 0 < int(text(field, "length")) <= 255
        case "LongTextArea":
            assert 256 <= int(text(field, "length")) <= 131_072
            assert text(field, "visibleLines")
        case "Number":
            assert (text(field, "precision"), text(field, "scale")) == ("5", "0")
        case "Picklist":
            assert field.find(f".//{NAMESPACE}valueSetDefinition/{NAMESPACE}value") is not None
        case kind:
            assert kind in ("DateTime", "Url")


def test_each_field_exists_once() -> None:
    names = [(owner(path), text(root(path), "fullName")) for path in FIELDS]
    labels = [(owner(path), text(root(path), "label")) for path in FIELDS]
    assert len(set(names)) == len(names)
    assert len(set(labels)) == len(labels)


def test_lead_and_contact_have_the_same_fields() -> None:
    def files(object: str) -> dict[str, str]:
        return {path.name: path.read_text() for path in FIELDS if owner(path) == object}

    assert files("Lead") == files("Contact")


def test_our_key_is_an_external_id_where_salesforce_allows_one() -> None:
    keys = {owner(path): root(path) for path in FIELDS if path.name.startswith("Ripen_Key__c")}
    assert set(keys) == {"Lead", "Contact", "Activity"}
    for object in ("Lead", "Contact"):
        assert [text(keys[object], tag) for tag in ("externalId", "unique", "caseSensitive", "length")] == [
            "true",
            "true",
            "false",
            "64",
        ]
    assert keys["Activity"].find(NAMESPACE + "externalId") is None
    assert keys["Activity"].find(NAMESPACE + "unique") is None


def test_each_label_and_help_text_has_a_japanese_translation() -> None:
    translated = {(owner(path), text(root(path), "name")): root(path) for path in TRANSLATIONS}
    assert set(translated) == {(owner(path), text(root(path), "fullName")) for path in FIELDS}
    for path in FIELDS:
        translation = translated[owner(path), text(root(path), "fullName")]
        assert 0 < len(text(translation, "label")) <= 40
        assert 0 < len(text(translation, "help")) <= 510
        labels = {v.text for v in root(path).iterfind(f".//{NAMESPACE}value/{NAMESPACE}label")}
        assert {text(v, "masterLabel") for v in translation.iterfind(NAMESPACE + "picklistValues")} == labels


def test_the_project_names_folders_that_exist() -> None:
    project = json.loads((PACKAGE / "sfdx-project.json").read_text())
    for folder in project["packageDirectories"]:
        assert (PACKAGE / folder["path"]).is_dir()
    assert re.fullmatch(r"\d\d\.0", project["sourceApiVersion"])


def test_the_stand_in_has_the_fields_of_the_package() -> None:
    schema = load()
    for path in FIELDS:
        for object in set(carriers(owner(path))) & set(schema):
            assert schema[object].field(text(root(path), "fullName")) is not None
