"""Check what Salesforce's describe says about our fields and the rights to write them."""

from collections.abc import Mapping
from typing import Any

from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_package import granted_fields, granted_objects, packaged
from ripen.words import Words

FIELDS = Check(Words("Salesforce fields", "Salesforce 項目"), Owner.SALESFORCE)
RIGHTS = Check(Words("Salesforce permission set", "Salesforce 権限セット"), Owner.SALESFORCE)
ASSIGN = Words(
    "Deploy the newest package, and assign its permission set Ripen_Integration to the user that the app runs as.",
    "最新のパッケージを配備し、権限セット Ripen_Integration をアプリの実行ユーザーに割り当ててください。",
)
_DEPLOY = Words(f"See docs/salesforce-setup.md. {ASSIGN.en}", f"docs/salesforce-setup.ja.md を参照。{ASSIGN.ja}")
_MOST_NAMED = 4

type Described = Mapping[str, Any]
"""The answer to describe, its fields by name. Salesforce shows a user only the fields that the user may read."""
type Org = Mapping[str, Described | None]
"""The objects by name. None: the user may not see the object."""


def our_fields(org: Org) -> Finding:
    """Check that every field of the package is there."""
    missing = [f"{object}.{name}" for object, name in packaged() if name not in _fields(org, object)]
    if missing:
        names = some(missing)
        return FIELDS.fail(
            Words(f"missing or not visible: {names.en}", f"存在しないか、参照できません: {names.ja}"), _DEPLOY
        )
    count = len(packaged())
    return FIELDS.ok(Words(f"all {count} exist", f"{count} 項目すべてあります"))


def rights(org: Org) -> Finding:
    """Check the rights that the permission set grants on these objects."""
    hidden, locked = _hidden(org), _locked(org)
    if hidden:
        names = some(hidden)
        return RIGHTS.fail(Words(f"no right to read {names.en}", f"参照する権限がありません: {names.ja}"), ASSIGN)
    if locked:
        names = some(locked)
        return RIGHTS.fail(Words(f"no right to write {names.en}", f"書き込む権限がありません: {names.ja}"), ASSIGN)
    return RIGHTS.ok(
        Words("every field and object that Ripen uses is granted", "Ripen が使う項目とオブジェクトに権限があります")
    )


def some(names: list[str]) -> Words:
    """Return the first names, and how many more there are."""
    shown, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return Words(f"{shown} and {more} more", f"{shown} ほか {more} 件") if more > 0 else Words(shown, shown)


def _hidden(org: Org) -> list[str]:
    """Return the objects and fields that the user should see but does not."""
    objects = [name for name, described in org.items() if described is None]
    return objects + [
        f"{object}.{name}" for object, name in granted_fields() if org.get(object) and name not in _fields(org, object)
    ]


def _locked(org: Org) -> list[str]:
    """Return the objects and fields that the user should write but may not."""
    objects = [
        name
        for name, able in granted_objects().items()
        if (described := org.get(name)) and not all(described.get(right) for right in able)
    ]
    return objects + [
        f"{object}.{name}"
        for (object, name), editable in granted_fields().items()
        if editable and (field := _fields(org, object).get(name)) and not (field["createable"] or field["updateable"])
    ]


def _fields(org: Org, object: str) -> Mapping[str, Mapping[str, Any]]:
    described = org.get(object)
    return described["fields"] if described else {}
