"""The value of a field of an existing record: the lead's, the record's own, or both."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from ripen.crm.write_rule import is_same
from ripen.playbook.bundle import CrmField, CrmWrite, SyncRule
from tests.core.crm.test_upsert import a_contact, a_record, a_wish, planned
from tests.support.builders import a_lead
from tests.support.fakes import NOON

MINUTE = timedelta(minutes=1)


@dataclass
class Case:
    """A field that a lead gave at NOON, and a record of before."""

    write: CrmWrite
    clears: bool = False

    def written(self, theirs: str, ours: str = "製造", record: Any = None, **profile: Any) -> object:
        """Return what is written into the field; "untouched" if nothing is."""
        rule = SyncRule(fields={"X__c": CrmField(source="x", write=self.write, clears=self.clears)})
        lead = a_lead(**({"attributes": {"x": ours}, "given_at": {"x": NOON}} | profile))
        known = {"modified": NOON - MINUTE, "fields": {"X__c": theirs}} | (record or {})
        write = planned(a_wish(lead, rule=rule), a_record(**known))
        return None if "X__c" in write.clears else write.fields.get("X__c", "untouched")


@pytest.mark.parametrize(
    ("write", "theirs", "result"),
    [
        (CrmWrite.ONLY_IF_BLANK, "", "製造"),
        (CrmWrite.ONLY_IF_BLANK, "金融", "untouched"),
        (CrmWrite.OURS, "", "製造"),
        (CrmWrite.OURS, "金融", "製造"),
        (CrmWrite.OURS, "製造", "untouched"),
        (CrmWrite.THEIRS, "", "untouched"),
        (CrmWrite.THEIRS, "金融", "untouched"),
        (CrmWrite.NEWEST, "", "製造"),
        (CrmWrite.NEWEST, "金融", "製造"),
        (CrmWrite.NEWEST, "製造", "untouched"),
        (CrmWrite.APPEND, "", "製造"),
        (CrmWrite.APPEND, "金融", "金融\n製造"),
        (CrmWrite.APPEND, "金融\r\n製造", "untouched"),
        (CrmWrite.APPEND, "製造業", "製造業\n製造"),
        (CrmWrite.APPEND, "あ" * 31_998, "untouched"),
    ],
)
def test_each_rule(write: CrmWrite, theirs: str, result: object) -> None:
    assert Case(write).written(theirs) == result


@pytest.mark.parametrize(
    ("record", "profile", "result"),
    [
        ({"modified": NOON - MINUTE}, {}, "製造"),
        ({"modified": NOON}, {}, "untouched"),
        ({"modified": NOON + MINUTE}, {}, "untouched"),
        ({"modified": None}, {}, "untouched"),
        ({}, {"given_at": {}}, "untouched"),
    ],
)
def test_newest_is_ours_only_if_it_was_given_after_the_last_change_of_the_record(
    record: dict[str, Any], profile: dict[str, Any], result: object
) -> None:
    assert Case(CrmWrite.NEWEST).written("金融", record=record, **profile) == result


STATUSES = {"lead": "Open", "mql": "Open", "sql": "Working", "customer": "Won"}


@pytest.mark.parametrize(
    ("stage", "theirs", "result"),
    [
        ("sql", "", "Working"),
        ("sql", "Open", "Working"),
        ("mql", "Open", "untouched"),
        ("sql", "Working", "untouched"),
        ("sql", "Won", "untouched"),
        ("sql", "Nurturing", "untouched"),
        ("opportunity", "Open", "untouched"),
        ("", "", "untouched"),
    ],
)
def test_a_mapped_status_only_moves_forward_and_leaves_those_of_sales_alone(
    stage: str, theirs: str, result: str
) -> None:
    rule = SyncRule(fields={"Status": CrmField(source="stage", values=STATUSES, write=CrmWrite.FORWARD)})

    write = planned(a_wish(a_lead(stage=stage), rule=rule), a_record(fields={"Status": theirs}))

    assert write.fields.get("Status", "untouched") == result


def test_a_value_without_a_place_in_the_map_is_left_out() -> None:
    rule = SyncRule(fields={"X__c": CrmField(source="x", values={"製造": "Manufacturing"})})

    def created(x: str) -> object:
        return planned(a_wish(a_lead(attributes={"x": x}), rule=rule)).fields.get("X__c")

    assert (created("製造"), created("金融")) == ("Manufacturing", None)


@pytest.mark.parametrize(
    ("clears", "theirs", "result"), [(True, "金融", None), (True, "", "untouched"), (False, "金融", "untouched")]
)
def test_a_field_becomes_blank_only_if_the_rule_says_so(clears: bool, theirs: str, result: object) -> None:
    assert Case(CrmWrite.OURS, clears=clears).written(theirs, ours="") == result


@pytest.mark.parametrize("write", CrmWrite)
def test_a_new_lead_gets_every_value(write: CrmWrite) -> None:
    rule = SyncRule(fields={"X__c": CrmField(source="x", write=write)})

    assert planned(a_wish(a_lead(attributes={"x": "製造"}), rule=rule)).fields["X__c"] == "製造"


def test_rules_are_about_leads_and_not_about_contacts() -> None:
    rule = SyncRule(fields={"Title": CrmField(source="job_title", write=CrmWrite.OURS, clears=True)})

    write = planned(a_wish(rule=rule), a_contact(fields={"Title": "課長"}))
    blank = planned(a_wish(a_lead(job_title=""), rule=rule), a_contact(fields={"Title": "課長"}))

    assert "Title" not in write.fields
    assert not blank.clears


def test_the_digest_tells_rules_apart_and_keeps_that_of_the_default() -> None:
    def digest(**changes: Any) -> str:
        rule = SyncRule(fields={"X__c": CrmField(source="x", **changes)})
        return a_wish(a_lead(attributes={"x": "製造"}, given_at={"x": NOON}), rule=rule).digest

    assert len({digest(), digest(write=CrmWrite.OURS), digest(write=CrmWrite.NEWEST)}) == 3
    assert digest() == digest(write=CrmWrite.ONLY_IF_BLANK)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (52, "52.0"),
        (52, "52"),
        (-3, "-3.0"),
        (True, "True"),
        ("warm", "warm"),
        ("2026-11-21T03:00:00Z", "2026-11-21T03:00:00.000+0000"),
        ("2026-11-21T03:00:00Z", "2026-11-21T12:00:00.000+0900"),
    ],
)
def test_the_same_value_in_the_crms_form(ours: str | int, theirs: str) -> None:
    assert is_same(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (52, "53.0"),
        (52, ""),
        (52, "warm"),
        (True, "False"),
        (1, "True"),
        ("warm", "hot"),
        ("部長", ""),
        ("20261121", "2026-11-21"),
        ("2026-11-21T03:00:00Z", "2026-11-21T03:00:01.000+0000"),
        ("2026-11-21T03:00:00Z", "yesterday"),
    ],
)
def test_another_value(ours: str | int, theirs: str) -> None:
    assert not is_same(ours, theirs)
