"""The org's objects and fields.

Standard fields come from facts of a real org (standard/*.json), ours from the Salesforce package itself, so that
package and tests cannot differ. rights.py says which of them a user sees.
"""

import json
from copy import replace
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree.ElementTree import parse

from pydantic import TypeAdapter

STANDARD = Path(__file__).parent / "standard"
PACKAGE = Path(__file__).parents[2] / "infra" / "salesforce"
_METADATA = "{http://soap.sforce.com/2006/04/metadata}"
_TYPES = {
    "Text": "string",
    "Number": "double",
    "Picklist": "picklist",
    "LongTextArea": "textarea",
    "DateTime": "datetime",
    "Date": "date",
    "Url": "url",
    "Checkbox": "boolean",
    "Email": "email",
}
_CARRIERS = {
    "Activity": ("Task",)
}  # a custom field of Activity is a field of Task (and of Event, which is missing here)


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = False
    createable: bool = False
    updateable: bool = False
    defaultedOnCreate: bool = False  # noqa: N815 (the describe's own words, here and below)
    externalId: bool = False  # noqa: N815
    idLookup: bool = False  # noqa: N815
    unique: bool = False
    restrictedPicklist: bool = False  # noqa: N815
    picklistValues: tuple[str, ...] = ()  # noqa: N815
    default: str | None = None
    referenceTo: tuple[str, ...] = ()  # noqa: N815
    relationshipName: str | None = None  # noqa: N815
    polymorphicForeignKey: bool = False  # noqa: N815
    filterable: bool = True
    permissionable: bool = False
    """Whether the field has field-level security. Required fields and the system's own are visible to all."""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def required(self) -> bool:
        return self.createable and not self.nillable and not self.defaultedOnCreate


@dataclass(frozen=True)
class SObject:
    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True

    def field(self, name: str) -> Field | None:
        """Return the field by name, in any case."""
        return self._by_name.get(name.lower())

    def relation(self, name: str) -> Field | None:
        """Return the reference field of a relationship name such as Owner."""
        wanted = name.lower()
        return next((f for f in self.fields if f.relationshipName and f.relationshipName.lower() == wanted), None)

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name.lower(): field for field in self.fields}


type Schema = dict[str, SObject]

_FIELDS = TypeAdapter(tuple[Field, ...])


def load(package: Path = PACKAGE) -> Schema:
    """Return all objects by name."""
    schema = {sobject.name: sobject for sobject in map(_standard, sorted(STANDARD.glob("*.json")))}
    for path in sorted(package.glob("force-app/**/fields/*.field-meta.xml")):
        folder = path.parent.parent.name
        for name in _CARRIERS.get(folder, (folder,)):
            schema[name] = replace(schema[name], fields=(*schema[name].fields, _custom(path)))
    return schema


def _standard(path: Path) -> SObject:
    read = json.loads(path.read_text())
    fields = _FIELDS.validate_python(read["fields"])
    return SObject(read["name"], read["label"], read["labelPlural"], read["keyPrefix"], fields)


def _custom(path: Path) -> Field:
    root = parse(path).getroot()  # noqa: S314

    def text(tag: str, default: str = "") -> str:
        return str(root.findtext(_METADATA + tag, default))

    kind = _TYPES[text("type")]
    external = text("externalId") == "true"
    return Field(
        name=text("fullName"),
        label=text("label"),
        type=kind,
        length=int(text("length", "255" if kind in ("url", "picklist") else "0")),
        precision=int(text("precision", "0")),
        scale=int(text("scale", "0")),
        nillable=text("required") != "true",
        createable=True,
        updateable=True,
        permissionable=text("required") != "true",
        externalId=external,
        idLookup=external,
        unique=text("unique") == "true",
        restrictedPicklist=root.findtext(f".//{_METADATA}restricted") == "true",
        picklistValues=tuple(str(v.text) for v in root.iterfind(f".//{_METADATA}value/{_METADATA}fullName")),
    )
