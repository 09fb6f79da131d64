"""The rights of the org's users.

Ripen's user has a profile without rights, and our permission set, read from the Salesforce package, so that package and
tests cannot differ. All others here are administrators, who may do everything.

Source: Salesforce Help, "User Permissions and Access", "Minimum Access - API Only Integrations", and "Field-Level
Security" (a required field is always visible and editable; a field of Activity is granted on Task and on Event).
"""

from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, parse

from sandbox.salesforce.schema import PACKAGE, Schema, SObject

PERMISSION_SET = "force-app/main/default/permissionsets/Ripen_Integration.permissionset-meta.xml"
_METADATA = "{http://soap.sforce.com/2006/04/metadata}"


@dataclass(frozen=True)
class Rights:
    """What permission sets grant."""

    objects: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of each object some of "Create", "Read", "Edit" and "Delete"."""
    fields: dict[str, bool] = field(default_factory=dict)
    """Each field that may be read ("Lead.Email"), and whether it may be edited."""
    permissions: frozenset[str] = frozenset()

    def seen(self, schema: Schema, edits_campaigns: bool) -> Schema:
        """Return the objects and fields that the user sees, with what the user may do to each.

        `edits_campaigns`: the user is a Marketing User.
        """
        granted = {name: self._of(name, edits_campaigns) for name in schema}
        return {name: self._object(schema[name], able) for name, able in granted.items() if "Read" in able}

    def _of(self, object: str, edits_campaigns: bool) -> frozenset[str]:
        """Return what may be done with records of the object."""
        match object:
            case "Group" | "User" | "TaskStatus":
                return frozenset({"Read"})
            case "Task":
                every = frozenset({"Create", "Read", "Edit", "Delete"})
                return every if "EditTask" in self.permissions else frozenset({"Read"})
            case "CampaignMember":
                campaign = self.objects.get("Campaign", frozenset())
                if "Edit" in campaign and edits_campaigns:
                    return campaign | {"Create", "Delete"}
                return campaign & {"Read"}
            case "OpportunityContactRole":
                return self.objects.get("Opportunity", frozenset())
            case "CampaignMemberStatus":
                return self.objects.get("Campaign", frozenset()) & {"Read"}
            case _:
                return self.objects.get(object, frozenset())

    def _object(self, sobject: SObject, able: frozenset[str]) -> SObject:
        fields = []
        for one in sobject.fields:
            editable = self.fields.get(f"{sobject.name}.{one.name}") if one.permissionable else True
            if editable is not None:
                createable = one.createable and editable and "Create" in able
                updateable = one.updateable and editable and "Edit" in able
                fields.append(replace(one, createable=createable, updateable=updateable))
        return replace(
            sobject,
            fields=tuple(fields),
            createable="Create" in able,
            updateable="Edit" in able,
            deletable="Delete" in able,
        )


def permission_set(package: Path = PACKAGE) -> Rights:
    """Return the rights that the package's permission set for Ripen's user grants."""
    root = parse(package / PERMISSION_SET).getroot()  # noqa: S314
    return Rights(
        objects={_text(grant, "object"): frozenset(_able(grant)) for grant in _each(root, "objectPermissions")},
        fields={
            _text(grant, "field"): _text(grant, "editable") == "true"
            for grant in _each(root, "fieldPermissions")
            if _text(grant, "readable") == "true"
        },
        permissions=frozenset(
            _text(grant, "name") for grant in _each(root, "userPermissions") if _text(grant, "enabled") == "true"
        ),
    )


def _able(grant: Element) -> Iterator[str]:
    return (verb for verb in ("Create", "Read", "Edit", "Delete") if _text(grant, f"allow{verb}") == "true")


def _each(root: Element, tag: str) -> Iterator[Element]:
    return root.iterfind(_METADATA + tag)


def _text(grant: Element, tag: str) -> str:
    return str(grant.findtext(_METADATA + tag, ""))
