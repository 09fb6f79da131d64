"""Check the fields of Salesforce Leads that the playbook maps (`sync.fields`), by Salesforce's description of Leads."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.doctor.finding import Check, Finding, Owner
from ripen.crm.crm_fields import STANDARD
from ripen.playbook.bundle import CrmField
from ripen.words import Words

MAPPING = Check(Words("Fields of new Leads", "新しいリードの項目"), Owner.SALESFORCE)
_ID_LENGTH = 15
"""Two ids are equal if these characters are. The other three only help where upper and lower case are the same."""


def mapping(described: Mapping[str, Any], fields: Mapping[str, CrmField]) -> Finding:
    """Check that each mapped field can be written, and that each required field has a value.

    `described` is Salesforce's description of the object Lead, as the app's user sees it.
    """
    problems = [*_unwritable(described, fields), *_unfilled(described, fields)]
    if not problems:
        return MAPPING.ok(Words("required and mapped fields can be written", "必須の項目と指定の項目に書き込めます"))
    return MAPPING.fail(
        Words("; ".join(words.en for words in problems), "、".join(words.ja for words in problems)),
        Words(
            "Correct sync.fields in ripen.yaml, or let an administrator change the field or its rights.",
            "ripen.yaml の sync.fields を直すか、Salesforce の管理者に項目や権限の変更を依頼してください。",
        ),
    )


def _unwritable(described: Mapping[str, Any], fields: Mapping[str, CrmField]) -> Iterator[Words]:
    known = {field["name"]: field for field in described["fields"]}
    for name, mapped in fields.items():
        field = known.get(name)
        if field is None:
            yield Words(f"{name} does not exist or is not visible", f"{name} が存在しないか、参照できません")
        elif not (field["createable"] and field["updateable"]):
            yield Words(f"no right to write {name}", f"{name} に書き込む権限がありません")
        elif mapped.value is not None and not _accepts(field, mapped.value, described):
            yield Words(f"{name} has no value {mapped.value!r}", f"{name} に値 {mapped.value!r} がありません")


def _accepts(field: Mapping[str, Any], value: object, described: Mapping[str, Any]) -> bool:
    if field["name"] == "RecordTypeId":
        types = [each for each in described.get("recordTypeInfos", []) if each["available"]]
        return str(value)[:_ID_LENGTH] in {each["recordTypeId"][:_ID_LENGTH] for each in types}
    if field.get("restrictedPicklist"):
        return value in {each["value"] for each in field["picklistValues"] if each["active"]}
    return isinstance(value, bool) is (field["type"] == "boolean")


def _unfilled(described: Mapping[str, Any], fields: Mapping[str, CrmField]) -> Iterator[Words]:
    """Yield the required fields without a value: Salesforce refuses each new Lead."""
    for field in described["fields"]:
        is_required = field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]
        if is_required and field["name"] not in (*STANDARD["Lead"], *fields):
            name = field["name"]
            yield Words(f"nothing fills the required field {name}", f"必須項目 {name} に値が入りません")
