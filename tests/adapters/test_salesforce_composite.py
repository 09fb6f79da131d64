"""The subrequests of a composite call contain texts of people, and none of them can act as a reference."""

import json

from ripen.adapters.salesforce import composite
from ripen.crm.upsert import Task, Write


def test_text_that_looks_like_a_reference_to_another_answer_is_defused() -> None:
    hostile = "@{q0.records[0].Id}"
    made = [
        composite.upsert_leads([Write(lead="lead1", object="Lead", record=None, fields={"Title": hostile})]),
        composite.update([("Lead", "00Q1", {"Title": hostile, "Ripen_Score__c": 7})]),
        composite.create_tasks([(Task(key="task1", subject=hostile, description=hostile), "00Q1", "005")]),
    ]
    assert "@{" not in json.dumps(made)
    assert made[0]["body"]["records"][0]["Title"] == "@ {q0.records[0].Id}"
    assert made[1]["body"]["records"][0]["Ripen_Score__c"] == 7
