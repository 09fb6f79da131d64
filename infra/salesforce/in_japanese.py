"""Write the package with Japanese labels into a folder, for an org whose default language is Japanese.

`python in_japanese.py FOLDER`
Salesforce takes the labels of a deployment for the org's default language, and a translation only for other languages.
"""

import json
import sys
from pathlib import Path
from shutil import copytree
from xml.etree.ElementTree import ElementTree, parse, register_namespace

_HERE = Path(__file__).parent
_SPACE = "http://soap.sforce.com/2006/04/metadata"
_METADATA = f"{{{_SPACE}}}"


_PARTS = ("force-app", "sales")
_NAMES = {
    "Ripen: hot leads": "Ripen: ホットなリード",
    "Ripen: hot contacts": "Ripen: ホットな取引先責任者",
    "Leads by Ripen rank": "Ripen ランク別のリード",
}
"""The names of list views and reports, which have no translations of their own."""


def write(folder: Path) -> None:
    """Write a project with translated labels and help texts of fields, and names of views and reports."""
    register_namespace("", _SPACE)
    project = json.loads((_HERE / "sfdx-project.json").read_text())
    alone = project | {"packageDirectories": [each for each in project["packageDirectories"] if each["path"] in _PARTS]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sfdx-project.json").write_text(json.dumps(alone, indent=2))
    for part in _PARTS:
        copytree(_HERE / part, folder / part, dirs_exist_ok=True)
    _name(folder)
    for path in sorted(_HERE.glob("japanese/**/*.fieldTranslation-meta.xml")):
        translation = parse(path)  # noqa: S314 (our own file)
        object, name = path.parent.name.removesuffix("-ja"), _text(translation, "name")
        target = folder / f"force-app/main/default/objects/{object}/fields/{name}.field-meta.xml"
        field = parse(target)  # noqa: S314
        _translate(field, translation)
        field.write(target, encoding="UTF-8", xml_declaration=True)


def _name(folder: Path) -> None:
    for path in sorted([*folder.glob("sales/**/*.listView-meta.xml"), *folder.glob("sales/**/*.report-meta.xml")]):
        named = parse(path)  # noqa: S314
        for name in (*named.iter(_METADATA + "label"), *named.iter(_METADATA + "name")):
            name.text = _NAMES[str(name.text)]
        named.write(path, encoding="UTF-8", xml_declaration=True)


def _translate(field: "ElementTree", translation: "ElementTree") -> None:
    values = {
        each.findtext(_METADATA + "masterLabel"): each.findtext(_METADATA + "translation")
        for each in translation.iterfind(_METADATA + "picklistValues")
    }
    for label in field.iter(_METADATA + "label"):
        label.text = values.get(label.text, label.text)
    for tag, translated in (("label", "label"), ("inlineHelpText", "help")):
        own = field.find(_METADATA + tag)
        if own is not None:
            own.text = _text(translation, translated)


def _text(tree: "ElementTree", tag: str) -> str:
    return str(tree.findtext(_METADATA + tag, ""))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
