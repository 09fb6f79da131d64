"""The manifests of the Salesforce package, its views for sales, and its labels for a Japanese org."""

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from xml.etree.ElementTree import parse

from sandbox.salesforce.schema import PACKAGE, load

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


def members(manifest: str) -> dict[str, list[str]]:
    root = parse(PACKAGE / "manifest" / manifest).getroot()  # noqa: S314 (our own file)
    return {
        str(each.findtext(NAMESPACE + "name")): [str(m.text) for m in each.iterfind(NAMESPACE + "members")]
        for each in root.iterfind(NAMESPACE + "types")
    }


def packaged(folder: str) -> dict[str, list[str]]:
    """Return the components under the folder as a manifest names them."""
    found: dict[str, list[str]] = {}
    for path in sorted((PACKAGE / folder).glob("**/*-meta.xml")):
        name, kind = path.name.removesuffix("-meta.xml").split(".")
        match kind:
            case "field":
                found.setdefault("CustomField", []).append(f"{path.parent.parent.name}.{name}")
            case "listView":
                found.setdefault("ListView", []).append(f"{path.parent.parent.name}.{name}")
            case "report":
                found.setdefault("Report", []).append(f"{path.parent.name}/{name}")
            case "reportFolder":
                found.setdefault("Report", []).append(name)
            case "js":
                found.setdefault("LightningComponentBundle", []).append(name)
            case "flow":
                found.setdefault("Flow", []).append(name)
            case "workflow":
                messages = parse(path).getroot().iterfind(f"{NAMESPACE}outboundMessages/{NAMESPACE}fullName")  # noqa: S314
                found.setdefault("WorkflowOutboundMessage", []).extend(f"{name}.{each.text}" for each in messages)
            case "permissionset":
                found.setdefault("PermissionSet", []).append(name)
    return {kind: sorted(names) for kind, names in found.items()}


def test_the_manifests_name_what_the_folders_hold() -> None:
    assert members("package.xml") == packaged("force-app")
    assert members("sales.xml") == packaged("sales")
    assert members("push.xml") == packaged("push")


def test_the_package_replaces_nothing_of_the_companys() -> None:
    """A layout, a record page or a profile is deployed as a whole, and the company's own would be gone."""
    files = [
        path for folder in ("force-app", "sales", "push") for path in (PACKAGE / folder).rglob("*") if path.is_file()
    ]
    kinds = {path.name.split(".", 1)[1] for path in files if path.name.endswith("-meta.xml")}
    ours = {"field-meta.xml", "permissionset-meta.xml", "listView-meta.xml", "report-meta.xml"}
    assert kinds == {*ours, "reportFolder-meta.xml", "js-meta.xml", "flow-meta.xml", "workflow-meta.xml"}
    assert {path.suffix for path in files} == {".xml", ".js", ".html"}


def test_uninstalling_removes_everything() -> None:
    removed, ours, sales = members("uninstall/destructiveChanges.xml"), packaged("force-app"), packaged("sales")
    assert removed == {
        kind: sorted([*ours.get(kind, []), *sales.get(kind, [])]) for kind in sorted(ours.keys() | sales.keys())
    }
    assert members("uninstall/package.xml") == {}


def test_sales_reads_all_our_fields_but_the_key_and_edits_none() -> None:
    root = parse(PACKAGE / "sales/main/default/permissionsets/Ripen_Sales.permissionset-meta.xml").getroot()  # noqa: S314
    granted = {grant.findtext(NAMESPACE + "field") for grant in root.iterfind(NAMESPACE + "fieldPermissions")}
    ours = packaged("force-app")["CustomField"]
    assert granted == {name for name in ours if not name.endswith("Ripen_Key__c")}
    assert {grant.text for grant in root.iter(NAMESPACE + "editable")} == {"false"}
    assert root.find(NAMESPACE + "objectPermissions") is None


def test_views_and_reports_show_fields_that_exist() -> None:
    schema = load()
    for path in sorted((PACKAGE / "sales").glob("**/*-meta.xml")):
        object = path.parent.parent.name if "listViews" in path.parts else "Lead"
        for name in set(re.findall(r"\bRipen_\w+__c", path.read_text())):
            assert schema[object].field(name), f"{path.name}: {name}"


def test_the_component_shows_all_our_fields_but_the_key_on_leads_and_contacts() -> None:
    folder = PACKAGE / "sales/main/default/lwc/ripenScore"
    shown = re.findall(r'"(Ripen_\w+__c)"', (folder / "ripenScore.js").read_text())
    ours = {name.partition(".")[2] for name in packaged("force-app")["CustomField"]}
    assert sorted(shown) == sorted(ours - {"Ripen_Key__c"})
    root = parse(folder / "ripenScore.js-meta.xml").getroot()  # noqa: S314
    assert [each.text for each in root.iter(NAMESPACE + "object")] == ["Lead", "Contact"]
    project = json.loads((PACKAGE / "sfdx-project.json").read_text())
    assert root.findtext(NAMESPACE + "apiVersion") == project["sourceApiVersion"]


def test_names_of_views_and_reports_fit_and_say_whose_they_are() -> None:
    files = sorted([*PACKAGE.glob("sales/**/*.listView-meta.xml"), *PACKAGE.glob("sales/**/*.report-meta.xml")])
    names = [name for file in files for name in re.findall(r"<(?:label|name)>(.+?)</", file.read_text())]
    assert len(names) == len(files) == 3
    assert all("Ripen" in name and len(name) <= 40 for name in names)


def test_ranks_are_taken_whatever_record_types_allow() -> None:
    """A restricted picklist refuses its values until an administrator adds them to each record type."""
    schema = load()
    for object in ("Lead", "Contact"):
        field = schema[object].field("Ripen_Rank__c")
        assert field
        assert not field.restrictedPicklist


def test_a_japanese_org_gets_japanese_labels(tmp_path: Path) -> None:
    spec = spec_from_file_location("in_japanese", PACKAGE / "in_japanese.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.write(tmp_path)
    folders = [each["path"] for each in json.loads((tmp_path / "sfdx-project.json").read_text())["packageDirectories"]]
    assert folders == ["force-app", "sales"]
    helps = re.findall(r"<inlineHelpText>(.+)</", "".join(p.read_text() for p in tmp_path.glob("**/*.field-meta.xml")))
    assert helps
    assert not [text for text in helps if text.isascii()]
    names = [path.read_text() for kind in ("listView", "report") for path in tmp_path.glob(f"**/*.{kind}-meta.xml")]
    assert len(names) == 3
    assert all("<label>Ripen: ホット" in text or "<name>Ripen ランク別のリード" in text for text in names)
    japanese = load(tmp_path)
    labels = [
        field.label for object in ("Lead", "Contact", "Task") for field in japanese[object].fields if field.custom
    ]
    assert {label for label in labels if label.isascii()} == {"Ripen GCLID"}
    rank = japanese["Lead"].field("Ripen_Rank__c")
    assert rank
    assert (rank.label, rank.picklistValues) == ("Ripen ランク", ("hot", "warm", "cold"))
    assert "ホット" in next(tmp_path.glob("**/Lead/fields/Ripen_Rank__c.field-meta.xml")).read_text()
