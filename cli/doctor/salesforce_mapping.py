"""Check what Salesforce's describe says about the fields of a Lead that it requires or the playbook maps."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.salesforce_rights import Described, some
from ripen.crm.crm_fields import STANDARD
from ripen.playbook.bundle import CrmField, CrmWrite
from ripen.words import Words

MAPPED = Check(Words("Salesforce mapped fields", "Salesforce 対応付け項目"), Owner.SALESFORCE)
_ID_LENGTH = 15
"""Two ids are equal if these characters are. The other three only help where upper and lower case are the same."""


def mapped(fields: Mapping[str, CrmField], lead: Described) -> Finding:
    """Check that each field of `sync.fields` can be written, and that each field that a Lead requires has a value."""
    problems = [*_unwritable(lead, fields), *_unfilled(lead, fields)]
    if not problems:
        return MAPPED.ok(Words("required and mapped fields can be written", "必須の項目と指定の項目に書き込めます"))
    return MAPPED.fail(
        Words("; ".join(words.en for words in problems), "、".join(words.ja for words in problems)),
        Words(
            "Change sync.fields in ripen.yaml, or the field in Salesforce. Grant fields to the app's user"
            " by a permission set of your own.",
            "ripen.yaml の sync.fields か Salesforce の項目を直してください。"
            "項目の権限は、自社の権限セットでアプリの実行ユーザーに与えてください。",
        ),
    )


def _unwritable(lead: Described, fields: Mapping[str, CrmField]) -> Iterator[Words]:
    for name, mapped in fields.items():
        field = lead["fields"].get(name)
        if field is None:
            yield Words(f"{name} does not exist or is not visible", f"{name} が存在しないか、参照できません")
        elif not (field["createable"] and field["updateable"]):
            yield Words(f"no right to write {name}", f"{name} に書き込む権限がありません")
        elif mapped.value is not None and not _accepts(field, mapped.value, lead):
            yield _not_allowed(name, mapped.value, _allowed(field, lead))
        elif unknown := _unknown(field, mapped):
            yield _not_allowed(name, unknown, _allowed(field, lead))
        elif mapped.write is CrmWrite.APPEND and field["type"] != "textarea":
            yield Words(
                f"{name} is no long text, so nothing can be appended",
                f"{name} は複数行のテキストではないため、追記できません",
            )


def _unknown(field: Mapping[str, Any], mapped: CrmField) -> str:
    """Return the first value of a map that the picklist, restricted or not, does not have; "" if it has all."""
    known = {each["value"] for each in field.get("picklistValues") or () if each["active"]}
    return next((value for value in mapped.values.values() if known and value not in known), "")


def _not_allowed(name: str, value: object, allowed: list[str]) -> Words:
    named = some(allowed)
    return Words(
        f"{name} has no value {value!r}" + (f"; it has {named.en}" if allowed else ""),
        f"{name} に値 {value!r} がありません" + (f"（使える値: {named.ja}）" if allowed else ""),
    )


def _allowed(field: Mapping[str, Any], lead: Described) -> list[str]:
    """Return the values that the app's user may write: record types by name and id, or those of a picklist."""
    if field["name"] == "RecordTypeId":
        types = [each for each in lead.get("recordTypeInfos", []) if each["available"]]
        return [f"{each.get('name', '')} {each['recordTypeId']}".strip() for each in types]
    return [each["value"] for each in field.get("picklistValues", []) if each["active"]]


def _accepts(field: Mapping[str, Any], value: object, lead: Described) -> bool:
    if field["name"] == "RecordTypeId":
        types = [each for each in lead.get("recordTypeInfos", []) if each["available"]]
        return str(value)[:_ID_LENGTH] in {each["recordTypeId"][:_ID_LENGTH] for each in types}
    if field.get("restrictedPicklist"):
        return value in {each["value"] for each in field["picklistValues"] if each["active"]}
    return isinstance(value, bool) is (field["type"] == "boolean")


def _unfilled(lead: Described, fields: Mapping[str, CrmField]) -> Iterator[Words]:
    """Yield the required fields without a value: Salesforce refuses each new Lead."""
    for name, field in lead["fields"].items():
        is_required = field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]
        if is_required and name not in (*STANDARD["Lead"], *fields):
            yield Words(f"nothing fills the required field {name}", f"必須項目 {name} に値が入りません")
