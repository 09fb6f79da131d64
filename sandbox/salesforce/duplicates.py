"""The duplicate rule, if it is on, for a new lead or contact with a known address.

A rule with the action Alert can be overruled by the caller, one with the action Block cannot.
"""

import re
from typing import Any

from sandbox.salesforce.faults import Mode
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import SObject

_TEXT = "Use one of these records?"


def check(org: Org, sobject: SObject, given: dict[str, Any], headers: dict[str, str], base: str) -> None:
    """Raise Refused (DUPLICATES_DETECTED) if the rule applies."""
    email = str(given.get("Email") or "")
    overruled = re.search(r"allowSave=true", headers.get("sforce-duplicate-rule-header", ""), re.IGNORECASE)
    blocks = org.faults.active(Mode.BLOCK_DUPLICATE)
    mode = Mode.BLOCK_DUPLICATE if blocks else Mode.DUPLICATE
    if sobject.name not in ("Lead", "Contact") or not email or (overruled and not blocks):
        return
    found = [record for name in ("Contact", "Lead") for record in org.find(name, "Email", email)]
    if found and org.faults.take(mode):
        matches = [_match(kind, [r.id for r in found if r.object == kind], base) for kind in ("Contact", "Lead")]
        result = {
            "allowSave": not blocks,
            "duplicateRule": f"Standard_{sobject.name}_Duplicate_Rule",
            "duplicateRuleEntityType": sobject.name,
            "errorMessage": _TEXT,
            "matchResults": [match for match in matches if match["size"]],
        }
        raise Refused("DUPLICATES_DETECTED", _TEXT, duplicateResult=result)


def _match(kind: str, ids: list[str], base: str) -> dict[str, Any]:
    return {
        "entityType": kind,
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100.0,
                "record": {"attributes": {"type": kind, "url": f"{base}/sobjects/{kind}/{id}"}, "Id": id},
            }
            for id in ids
        ],
        "rule": f"Standard_{kind}_Match_Rule_v1_1",
        "size": len(ids),
        "success": True,
    }
