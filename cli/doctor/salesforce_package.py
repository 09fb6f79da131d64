"""The content of the Salesforce package: our fields, and the rights that its permission set grants."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, parse

_PACKAGE = Path(__file__).resolve().parents[2] / "infra/salesforce/force-app/main/default"
_METADATA = "{http://soap.sforce.com/2006/04/metadata}"
_ON = {"Lead": ("Lead",), "Contact": ("Contact",), "Activity": ("Task",)}
"""A field of Activity is a field of Task, and of Event, which we do not use."""


def packaged() -> list[tuple[str, str]]:
    """Return (object, field) for each field that the package brings."""
    files = sorted(_PACKAGE.glob("objects/*/fields/*.field-meta.xml"))
    return [(object, file.name.partition(".")[0]) for file in files for object in _ON[file.parent.parent.name]]


def granted_fields() -> dict[tuple[str, str], bool]:
    """Return (object, field) for each field that the permission set grants, and whether it grants the right to edit."""
    found = {}
    for grant in _grants("fieldPermissions"):
        object, _, field = _text(grant, "field").partition(".")
        found[object, field] = _text(grant, "editable") == "true"
    return found


def granted_objects() -> dict[str, tuple[str, ...]]:
    """Return what describe calls the rights to write each object, of those that the permission set grants."""
    able = {"createable": "allowCreate", "updateable": "allowEdit"}
    objects = {
        _text(grant, "object"): tuple(name for name, tag in able.items() if _text(grant, tag) == "true")
        for grant in _grants("objectPermissions")
    }
    return objects | dict.fromkeys(("Task", "CampaignMember"), tuple(able))


def _grants(tag: str) -> Iterator[Element]:
    for path in _PACKAGE.glob("permissionsets/Ripen_Integration.permissionset-meta.xml"):
        yield from parse(path).getroot().iterfind(_METADATA + tag)  # noqa: S314 (our own file)


def _text(grant: Element, tag: str) -> str:
    return str(grant.findtext(_METADATA + tag, ""))
